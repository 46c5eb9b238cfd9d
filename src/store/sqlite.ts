import type Database from 'better-sqlite3'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brokenInstall, installAgain, otherNode } from '../core/broken-install.js'
import { UserError, hasCode } from '../core/errors.js'
import { OWN_FOLDER } from '../core/own-folder.js'
import { folded } from '../text/words.js'

/**
 * Opens a database. The only place that loads SQLite: better-sqlite3 13 brings a binary for every Node from 22.14 on
 * (Node-API 10). Loading that kills a process of Node 20, which has version 12, compiled for it by
 * scripts/sqlite-for-node20.mjs. In SQL, folded(TEXT) is a text without case and accents.
 * @throws UserError when the module was installed for another Node, or not at all; else SQLite's own errors
 */
export function openDatabase(path: string, options: Database.Options = {}): Database.Database {
  try {
    const database = new (betterSqlite3())(path, options)
    database.function('folded', { deterministic: true }, (text) => (text === null ? null : folded(String(text))))
    return database
  } catch (error) {
    throw brokenInstall(error) ?? error
  }
}

let loaded: typeof Database | undefined

function betterSqlite3(): typeof Database {
  if (loaded) return loaded
  const node20 = Number(process.versions.node.split('.')[0]) < 22
  try {
    // named by its place: by its name Node 20 might find the one that kills it
    const name = node20
      ? join(OWN_FOLDER, 'node_modules', '.node20', 'node_modules', 'better-sqlite3')
      : 'better-sqlite3'
    return (loaded = createRequire(import.meta.url)(name) as typeof Database)
  } catch (error) {
    throw hasCode(error, 'MODULE_NOT_FOUND') ? notInstalled() : error
  }
}

const notInstalled = (): UserError => new UserError(otherNode(), installAgain())
