import { Interrupted } from '../core/errors.js'

/** Milliseconds within which a second signal is the first one again: a terminal and a starter may both send it. */
const TWICE = 300

/** Without the exit that native code in other threads does not survive. */
function endAtOnce(): void {
  process.removeAllListeners('SIGINT')
  process.kill(process.pid, 'SIGINT')
}

/**
 * Runs work that stops at its next safe point when the user interrupts (Ctrl-C, or SIGTERM): the signal is aborted with
 * the error to throw. A second Ctrl-C ends the process at once.
 * @param hint how to resume @param message what becomes of what was done, where it is not kept
 */
export async function interruptible<T>(
  hint: string,
  work: (signal: AbortSignal) => Promise<T>,
  message?: string,
): Promise<T> {
  const stop = new AbortController()
  // not once(): with a listener that is gone when it runs, what watches for the end of children (signal-exit) takes the
  // signal for one that nobody handles, and ends the process
  const terminate = (): void => stop.abort(new Interrupted(hint, message))
  let first: number | undefined
  const interrupt = (): void => {
    const now = performance.now()
    first ??= now
    if (first === now) terminate()
    else if (now - first > TWICE) endAtOnce()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
  }
}
