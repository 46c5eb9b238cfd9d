import type Database from 'better-sqlite3'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { UserError, hasCode } from '../core/errors.js'
import { migrate, refuseNewer, schemaVersion, standIn } from './migrations.js'
import { openToLook } from './open-to-look.js'
import { SCHEMA_VERSION } from './schema.js'
import { openDatabase } from './sqlite.js'
import { sqliteTrouble } from './sqlite-trouble.js'
import { Store } from './store.js'
import { pathsOf } from './paths.js'

export interface OpenOptions {
  /** make folder and database where they are absent */
  create?: boolean
  /** for commands that only look: never waits for a writer, never writes */
  readonly?: boolean
  /** milliseconds to wait for another process that writes; default 10,000 */
  patience?: number
  /** what is committed is on the disk, also when the power is cut in the next moment; slower */
  durable?: boolean
}

/**
 * Opens the store of a workspace folder (adseq.db, WAL), bringing an older schema up to date.
 * @throws UserError when there is no database (unless `create`), it is not one of ours, or a newer adseq wrote it
 */
export function openStore(folder: string, options: OpenOptions = {}): Store {
  const path = pathsOf(folder).database
  if (options.create) makeFolder(folder)
  else if (!existsSync(path)) {
    throw new UserError(
      `There is no data in ${folder} (no adseq.db).`,
      'Import events first (adseq import csv FILES, or adseq generate-data), or name the right folder with ' +
        '--workspace.',
    )
  }
  let db: Database.Database | undefined
  try {
    db = connect(path, options.readonly ?? false, options.patience ?? 10_000)
    if (options.durable) db.pragma('synchronous = FULL')
    return new Store(db, folder)
  } catch (error) {
    db?.close()
    throw sqliteTrouble(error, path) ?? error
  }
}

function connect(path: string, readonly: boolean, patience: number): Database.Database {
  if (readonly) return connectToLook(path, patience)
  const db = openDatabase(path, { timeout: patience })
  try {
    db.pragma('cache_size = -65536')
    migrateSafely(db, path, patience)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function connectToLook(path: string, patience: number): Database.Database {
  const db = openToLook(path, patience)
  try {
    db.pragma('cache_size = -65536')
    const version = schemaVersion(db, path)
    refuseNewer(version, path)
    if (version === 0) {
      // an empty file, as a process that was killed at its first moment leaves it
      db.close()
      connect(path, false, patience).close()
      return connectToLook(path, patience)
    }
    if (version < SCHEMA_VERSION) standIn(db, version)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A database that is not ours is left as it was: its version is read before anything is set. */
function migrateSafely(db: Database.Database, path: string, patience: number): void {
  refuseNewer(schemaVersion(db, path), path)
  keepLog(db, patience)
  // a power cut loses the last transactions at most, never the database; publishing raises it to FULL
  db.pragma('synchronous = NORMAL')
  migrate(db, path)
}

/**
 * Turns the write-ahead log on. SQLite does not wait here: of two processes that open a new database at once, one is
 * told that it is busy, and it waits by itself.
 */
function keepLog(db: Database.Database, patience: number): void {
  const end = Date.now() + patience
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!hasCode(error, 'SQLITE_BUSY') || Date.now() >= end) throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  }
}

function makeFolder(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UserError(`${folder} is a file, not a folder.`, 'Name a folder with --workspace.')
  mkdirSync(folder, { recursive: true })
}
