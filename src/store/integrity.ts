import Database from 'better-sqlite3'
import { refuseNewer, schemaVersion } from './migrations.js'
import { openToRead } from './open-to-read.js'

/** The version of the SQLite library that is loaded. @throws when the native module cannot be loaded */
export function sqliteVersion(): string {
  const db = new Database(':memory:')
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string
  } finally {
    db.close()
  }
}

export interface Integrity {
  schema: number
  /** what SQLite's quick check found: pages, rows and their order; empty when all is well */
  problems: string[]
}

/**
 * Looks a database over without changing it.
 * @param path an existing file
 * @throws UserError when the file is a database of another program or of a newer adseq; SQLite's own error when it is
 * no database at all
 */
export function checkDatabase(path: string): Integrity {
  const db = openToRead(path, 10_000)
  try {
    const schema = schemaVersion(db, path)
    refuseNewer(schema, path)
    const lines = db.pragma('quick_check(5)') as { quick_check: string }[]
    return { schema, problems: lines.map((line) => line.quick_check).filter((text) => text !== 'ok') }
  } finally {
    db.close()
  }
}
