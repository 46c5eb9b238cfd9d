import { Interrupted } from '../core/errors.js'

/**
 * Runs work that stops at its next safe point when the user interrupts (Ctrl-C, or SIGTERM): the signal is aborted with
 * the error to throw. A second Ctrl-C ends the process at once.
 * @param hint how to resume
 */
export async function interruptible<T>(hint: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort(new Interrupted(hint))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}
