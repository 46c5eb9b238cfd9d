import type Database from 'better-sqlite3'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brokenInstall, installAgain, otherNode } from '../core/broken-install.js'
import { UserError, hasCode } from '../core/errors.js'
import { OWN_FOLDER } from '../core/own-folder.js'

/**
 * Opens a database. The only place that loads SQLite: better-sqlite3 13 brings a binary for every Node from 22.14 on
 * (Node-API 10). Loading that kills a process of Node 20, which has version 12 in node20/, compiled for it.
 * @throws UserError when the module was installed for another Node, or not at all; else SQLite's own errors
 */
export function openDatabase(path: string, options: Database.Options = {}): Database.Database {
  try {
    return new (betterSqlite3())(path, options)
  } catch (error) {
    throw brokenInstall(error) ?? error
  }
}

let loaded: typeof Database | undefined

function betterSqlite3(): typeof Database {
  if (loaded) return loaded
  const node20 = Number(process.versions.node.split('.')[0]) < 22
  const require = createRequire(node20 ? join(OWN_FOLDER, 'node20', 'package.json') : import.meta.url)
  try {
    // by way of node20/ Node would go on to the modules of adseq itself, and find the binary that kills it
    const path = require.resolve('better-sqlite3', { paths: node20 ? [join(OWN_FOLDER, 'node20')] : undefined })
    if (node20 && !path.startsWith(join(OWN_FOLDER, 'node20'))) throw notInstalled()
    return (loaded = require(path) as typeof Database)
  } catch (error) {
    throw hasCode(error, 'MODULE_NOT_FOUND') ? notInstalled() : error
  }
}

const notInstalled = (): UserError => new UserError(otherNode(), installAgain())
