import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { UserError, hasCode } from '../core/errors.js'
import { processAlive } from '../core/process-alive.js'

/**
 * Takes a lock file for the life of this process, so that two `adseq index` in one workspace do not sweep each
 * other's half-built folders. The file holds the process id; a lock whose process has died is taken over.
 *
 * @returns gives the lock back
 * @throws UserError when another live process holds it
 */
export function takeLock(path: string, what: string, alive: (pid: number) => boolean = processAlive): () => void {
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (!hasCode(error, 'EEXIST') || attempt > 2) throw error
    }
    const holder = readHolder(path)
    if (holder !== undefined && holder !== process.pid && alive(holder)) {
      throw new UserError(
        `Another ${what} is at work in this workspace (process ${holder}).`,
        `Wait for it to end. If no such process runs, delete ${path}.`,
      )
    }
    rmSync(path, { force: true })
  }
}

function readHolder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
