import Database from 'better-sqlite3'
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { hasCode } from '../core/errors.js'

/**
 * Opens a database that is not to be written. SQLite reads one in WAL mode only where it can make an index of the log
 * beside it; in a folder that cannot be written a copy is read instead, which is gone when it is closed.
 */
export function openToRead(path: string, patience: number): Database.Database {
  const db = new Database(path, { readonly: true, timeout: patience })
  try {
    db.pragma('schema_version')
    return db
  } catch (error) {
    db.close()
    if (!hasCode(error, 'SQLITE_READONLY_DIRECTORY', 'SQLITE_CANTOPEN')) throw error
  }
  const folder = mkdtempSync(join(tmpdir(), 'adseq-read-'))
  try {
    const copy = join(folder, basename(path))
    for (const part of ['', '-wal'])
      if (existsSync(path + part)) copyFileSync(path + part, copy + part, constants.COPYFILE_FICLONE)
    const read = new Database(copy, { readonly: true, timeout: patience })
    // opens the log too: from here on the names are not needed
    read.pragma('schema_version')
    return read
  } finally {
    rmSync(folder, { recursive: true })
  }
}
