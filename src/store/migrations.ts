import type Database from 'better-sqlite3'
import { UserError } from '../core/errors.js'
import { adsSchema } from './ads-schema.js'
import { liveSchema } from './live.js'
import { SCHEMA_1, SCHEMA_VERSION } from './schema.js'

interface Migration {
  version: number
  /** what takes a database of the version before to this one */
  sql: string
  /** temporary tables that stand in for what this version adds, where the database is not to be written */
  standIn: string
}

const MIGRATIONS: readonly Migration[] = [
  { version: 1, sql: SCHEMA_1, standIn: '' },
  { version: 2, sql: adsSchema(''), standIn: adsSchema('TEMP') },
  { version: 3, sql: liveSchema(''), standIn: liveSchema('TEMP') },
]

/** The schema version of a database; 0 for an empty one. @throws UserError when it is not ours */
export function schemaVersion(db: Database.Database, path: string): number {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]
  if (tables.length === 0) return 0
  const version = tables.includes('meta')
    ? db.prepare("SELECT value FROM meta WHERE key = 'schema'").pluck().get()
    : undefined
  if (version === undefined)
    throw new UserError(
      `${path} is a database, but not one of adseq.`,
      'Choose another folder with --workspace, or move that file away.',
    )
  return Number(version)
}

/**
 * Brings a database to this adseq's schema, each step in one transaction.
 * @throws UserError when the database was written by a newer adseq
 */
export function migrate(db: Database.Database, path: string): void {
  const found = schemaVersion(db, path)
  refuseNewer(found, path)
  if (found === SCHEMA_VERSION) return
  // IMMEDIATE: of two processes that open an old workspace at once, the second finds the work done
  db.transaction(() => {
    const from = schemaVersion(db, path)
    if (from === 0) db.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT')
    for (const { version, sql } of MIGRATIONS) if (version > from) db.exec(sql)
    db.prepare("INSERT INTO meta VALUES ('schema', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value").run(
      String(SCHEMA_VERSION),
    )
  }).immediate()
}

/**
 * Makes a database of an older version readable as one of this version without writing to it: what later versions add
 * is there, and empty, for this connection alone.
 */
export function standIn(db: Database.Database, version: number): void {
  db.pragma('temp_store = MEMORY')
  for (const { version: later, standIn } of MIGRATIONS) if (later > version) db.exec(standIn)
}

/** @throws UserError for a version above ours */
export function refuseNewer(version: number, path: string): void {
  if (version <= SCHEMA_VERSION) return
  throw new UserError(
    `${path} was written by a newer adseq (schema ${version}; this one reads up to ${SCHEMA_VERSION}).`,
    'Update adseq, or choose another folder with --workspace.',
  )
}
