import type Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError, hasCode } from '../core/errors.js'
import { isReadOnly } from '../core/read-only.js'
import { openDatabase } from './sqlite.js'

/**
 * Opens a database to read. SQLite reads a database with a write-ahead log by way of a file beside it that says what is
 * in the log; where nobody can make that file the database is read as one that does not change while it is open.
 * @throws UserError when the folder is read-only and the log holds what the database does not have yet
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
  if (sizeOf(`${path}-wal`) > 0)
    throw new UserError(
      `${path} is in a read-only folder, and its last changes are still in ${path}-wal.`,
      'Copy the workspace to where it can be written, or mend the permissions of the folder.',
    )
  return openDatabase(`${pathToFileURL(path).href}?immutable=1`, { readonly: true })
}

const cannotMakeFiles = (error: unknown): boolean =>
  hasCode(error, 'SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_READONLY_CANTINIT')

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
