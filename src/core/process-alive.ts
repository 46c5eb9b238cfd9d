import { hasCode } from './errors.js'

/** Whether a process of this id runs, also one of another user. */
export function processAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}
