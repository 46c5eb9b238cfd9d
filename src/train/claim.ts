import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../core/errors.js'
import { processAlive } from '../core/process-alive.js'

const FILE = 'training.pid'

/** Marks a run as being trained by this process; the result takes the mark away. */
export function claimRun(folder: string): () => void {
  const path = join(folder, FILE)
  writeFileSync(path, String(process.pid))
  return () => rmSync(path, { force: true })
}

/**
 * Whether another process that is alive trains this run: then it must not be resumed here. A killed one's mark is void.
 */
export function isClaimed(folder: string, own = process.pid): boolean {
  let pid: number
  try {
    pid = Number(readFileSync(join(folder, FILE), 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
  return Number.isInteger(pid) && pid > 0 && pid !== own && processAlive(pid)
}
