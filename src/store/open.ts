import Database from 'better-sqlite3'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { UserError, hasCode } from '../core/errors.js'
import { migrate, refuseNewer, schemaVersion, standIn } from './migrations.js'
import { openToRead } from './open-to-read.js'
import { SCHEMA_VERSION } from './schema.js'
import { Store } from './store.js'
import { pathsOf } from './paths.js'

export interface OpenOptions {
  /** make folder and database where they are absent */
  create?: boolean
  /** for commands that only look: never waits for a writer, never writes */
  readonly?: boolean
  /** milliseconds to wait for another process that writes; default 10,000 */
  patience?: number
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
    return new Store(db, folder)
  } catch (error) {
    db?.close()
    if (hasCode(error, 'SQLITE_NOTADB', 'SQLITE_CORRUPT'))
      throw new UserError(
        `${path} is damaged or not a database.`,
        'Restore it from a copy, or move it away and import again.',
      )
    if (hasCode(error, 'SQLITE_CANTOPEN'))
      throw new UserError(
        `${path} cannot be opened.`,
        'Check the permissions of the folder, or choose another with --workspace.',
      )
    if (hasCode(error, 'SQLITE_READONLY', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_READONLY_DBMOVED'))
      throw new UserError(
        `${path} cannot be written.`,
        'Check the permissions of the folder and of the file, or choose another workspace with --workspace.',
      )
    if (hasCode(error, 'SQLITE_BUSY'))
      throw new UserError(
        'Another adseq process is writing to this workspace.',
        'Wait until it is done, then run the command again.',
      )
    throw error
  }
}

function connect(path: string, readonly: boolean, patience: number): Database.Database {
  const db = readonly ? openToRead(path, patience) : new Database(path, { timeout: patience })
  try {
    db.pragma('cache_size = -65536')
    if (readonly) {
      const version = schemaVersion(db, path)
      refuseNewer(version, path)
      if (version === 0) {
        // an empty file, as a process that was killed at its first moment leaves it
        db.close()
        connect(path, false, patience).close()
        return connect(path, true, patience)
      }
      if (version < SCHEMA_VERSION) standIn(db, version)
      return db
    }
    migrateSafely(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A database that is not ours is left as it was: its version is read before anything is set. */
function migrateSafely(db: Database.Database, path: string): void {
  refuseNewer(schemaVersion(db, path), path)
  db.pragma('journal_mode = WAL')
  // a power cut loses the last transactions at most, never the database; publishing raises it to FULL
  db.pragma('synchronous = NORMAL')
  migrate(db, path)
}

function makeFolder(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UserError(`${folder} is a file, not a folder.`, 'Name a folder with --workspace.')
  mkdirSync(folder, { recursive: true })
}
