import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../core/errors.js'
import { lockHolder, takeLock, tryLock } from '../core/lock.js'
import { openStore } from '../store/open.js'
import { pathsOf } from '../store/paths.js'
import type { Store } from '../store/store.js'
import { hasFiles, removeGeneration, sweep } from './files.js'

/** Begins the name of a file that says that a live process reads a generation. */
const READING = '.reading-'

/**
 * Keeps others from building, or from removing what is published, while this process does.
 * @returns gives the lock back @throws UserError when another process holds it
 */
export function lockBuilds(indexFolder: string, what: string): () => void {
  mkdirSync(indexFolder, { recursive: true })
  return takeLock(join(indexFolder, '.lock'), what)
}

/**
 * Says that this process answers from a generation, so that its files are not removed. In a folder that cannot be
 * written nothing is said: who can write it may not know of this process.
 * @returns ends it
 */
export function markRead(indexFolder: string, generation: string): () => void {
  const own = Math.random().toString(36).slice(2)
  try {
    return tryLock(join(indexFolder, `${READING}${generation}.${process.pid}-${own}`), '`adseq serve`')!
  } catch (error) {
    if (hasCode(error, 'EROFS', 'EACCES', 'EPERM', 'ENOENT')) return () => {}
    throw error
  }
}

/** Ids of the generations that live processes read; what dead ones left is removed. */
function readByOthers(indexFolder: string): Set<string> {
  const names = new Set<string>()
  for (const file of readdirSync(indexFolder)) {
    if (!file.startsWith(READING)) continue
    const path = join(indexFolder, file)
    if (lockHolder(path)) names.add(file.slice(READING.length).split('.')[0])
    else rmSync(path, { force: true })
  }
  return names
}

/**
 * Removes the files of all but the newest `keep` generations beside the current one; their rows stay, as a record. One
 * that a server reads stays too. Call it with the lock held.
 * @returns ids, newest first
 */
export function removeOlder(
  indexFolder: string,
  store: Pick<Store, 'listGenerations' | 'currentGeneration'>,
  keep: number,
): string[] {
  const current = store.currentGeneration()?.id
  const older = store
    .listGenerations()
    .map((row) => row.id)
    .filter((id) => id !== current && hasFiles(indexFolder, id))
  const read = readByOthers(indexFolder)
  const removed: string[] = []
  for (const id of older.slice(keep)) {
    // activated a moment ago
    if (read.has(id) || store.currentGeneration()?.id === id) continue
    removeGeneration(indexFolder, id)
    removed.push(id)
  }
  return removed
}

/** `adseq generations prune`; what killed commands left goes too. @throws UserError when something is being built */
export function pruneGenerations(folder: string, keep: number): string[] {
  const { index } = pathsOf(folder)
  const store = openStore(folder)
  try {
    const release = lockBuilds(index, '`adseq generations prune`')
    try {
      sweep(
        index,
        store.listGenerations().map((row) => row.id),
      )
      return removeOlder(index, store, keep)
    } finally {
      release()
    }
  } finally {
    store.close()
  }
}
