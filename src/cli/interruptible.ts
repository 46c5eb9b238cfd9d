import { Interrupted } from '../core/errors.js'

/**
 * Runs work that stops at its next safe point when the user interrupts (Ctrl-C, or SIGTERM): the signal is aborted with
 * the error to throw. A second Ctrl-C ends the process at once.
 * @param hint how to resume
 */
export async function interruptible<T>(hint: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  // not once(): with a listener that is gone when it runs, what watches for the end of children (signal-exit) takes the
  // signal for one that nobody handles, and ends the process
  const terminate = (): void => stop.abort(new Interrupted(hint))
  let presses = 0
  const interrupt = (): void => (presses++ > 0 ? process.exit(130) : terminate())
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
  }
}
