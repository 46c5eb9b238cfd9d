import type Database from 'better-sqlite3'
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasCode } from '../core/errors.js'
import { isReadOnly } from '../core/read-only.js'
import { openDatabase } from './sqlite.js'

/**
 * Opens a database to read. SQLite reads a database with a write-ahead log by way of a file beside it that says what is
 * in the log. Where nobody can make that file, the database is read as one that does not change while it is open; where
 * its last changes are still in the log, a copy of both is read, which is gone when it is closed.
 */
export function openToLook(path: string, patience: number): Database.Database {
  const db = openDatabase(path, { readonly: true, timeout: patience })
  try {
    db.pragma('schema_version')
    return db
  } catch (error) {
    db.close()
    if (!cannotMakeFiles(error) || !isReadOnly(dirname(path))) throw error
  }
  if (sizeOf(`${path}-wal`) > 0) return openCopy(path)
  return openDatabase(`${pathToFileURL(path).href}?immutable=1`, { readonly: true })
}

const cannotMakeFiles = (error: unknown): boolean =>
  hasCode(error, 'SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_READONLY_CANTINIT')

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function openCopy(path: string): Database.Database {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-read-'))
  try {
    const copy = join(folder, basename(path))
    for (const part of ['', '-wal'])
      if (existsSync(path + part)) copyFileSync(path + part, copy + part, constants.COPYFILE_FICLONE)
    const db = openDatabase(copy, { readonly: true })
    // opens the log too: from here on the names are not needed
    db.pragma('schema_version')
    return db
  } finally {
    rmSync(folder, { recursive: true })
  }
}
