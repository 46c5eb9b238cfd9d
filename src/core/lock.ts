import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { UserError, hasCode } from './errors.js'
import { isRunning } from './running.js'

/** Who holds a lock. */
export interface Holder {
  pid: number
  /** when that process started, in the system's own units; undefined where the system does not tell */
  started?: string
  /** what it does, as a user would say it: "`adseq index`" */
  what: string
}

/**
 * Takes a lock file for the life of this process.
 *
 * The file is made whole, with its holder's name, and linked into place, so that there is no moment in which it is
 * there but empty. One whose process has died is taken over; who may do so is decided by a lock of its own, since two
 * that find a dead holder at once must not both replace it.
 *
 * @param what is being done, as a user would say it
 * @returns gives the lock back
 * @throws UserError when another live process (or this one) holds it
 */
export function takeLock(path: string, what: string): () => void {
  const release = tryLock(path, what)
  if (release) return release
  const holder = lockHolder(path)
  throw new UserError(
    `Another ${holder?.what || what} is at work here (process ${holder?.pid ?? 'unknown'}).`,
    `Wait for it to end. If no such process runs, delete ${path}.`,
  )
}

/** takeLock for those who can do without: undefined when a live process holds it. */
export function tryLock(path: string, what: string): (() => void) | undefined {
  const mine = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`
  writeFileSync(mine, text({ pid: process.pid, started: startOf(process.pid), what }))
  try {
    if (!linked(mine, path) && !takenOver(mine, path, what)) return undefined
  } finally {
    rmSync(mine, { force: true })
  }
  return () => rmSync(path, { force: true })
}

/** Who holds a lock; undefined when nobody does that is alive. */
export function lockHolder(path: string): Holder | undefined {
  const holder = read(path)
  return holder && isAlive(holder) ? holder : undefined
}

/** Puts `mine` in the place of a lock whose holder has died. */
function takenOver(mine: string, path: string, what: string): boolean {
  if (lockHolder(path)) return false
  const release = tryLock(`${path}.takeover`, what)
  if (!release) return false
  try {
    // as long as this is held nobody else replaces a dead holder; it may have been done, or given back, just before
    if (lockHolder(path)) return false
    if (read(path)) {
      renameSync(mine, path)
      return true
    }
    return linked(mine, path)
  } finally {
    release()
  }
}

function linked(mine: string, path: string): boolean {
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

const text = ({ pid, started, what }: Holder): string => `${pid} ${started ?? '-'} ${what}\n`

/**
 * The holder named in a file, dead or alive; older adseqs wrote the process id alone. One that cannot be read is dead.
 */
function read(path: string): Holder | undefined {
  let line: string
  try {
    line = readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  const [, pid, started, what] = /^(\d+)(?: (\S+))?(?: (.*))?/.exec(line) ?? ['', '0', '-', '']
  return { pid: Number(pid), ...(started !== undefined && started !== '-' && { started }), what: what ?? '' }
}

/** Whether a process of this id runs (also one of another user), and is the one that took the lock, not a later one. */
function isAlive({ pid, started }: Holder): boolean {
  if (!isRunning(pid)) return false
  const now = startOf(pid)
  return started === undefined || now === undefined || now === started
}

/** Linux: field 22 of /proc/PID/stat, clock ticks from boot to the process's start. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
