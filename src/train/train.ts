import { Interrupted, UserError } from '../core/errors.js'
import { startWorker } from '../core/worker.js'
import { shareSnapshot } from '../features/shared-snapshot.js'
import type { TrainRecord } from './records.js'
import type { TrainOptions } from './run-training.js'

export type { TrainOptions } from './run-training.js'

/** What the thread says. It is asked to stop by the message `stop`. */
export type TrainMessage =
  | { type: 'record'; record: TrainRecord }
  | { type: 'end' }
  | { type: 'error'; kind: 'user' | 'interrupted' | 'fault'; message: string; hint: string; stack?: string; code?: string }

/**
 * Trains as runTraining does, but in a worker thread, so that a screen stays alive while it runs. Ending the iteration
 * early stops the training after a checkpoint.
 *
 * @throws what runTraining throws
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainRecord, void> {
  const { signal, ...job } = options
  const worker = startWorker(new URL('./train-worker', import.meta.url), { ...job, snapshot: shareSnapshot(job.snapshot) })
  const inbox: TrainMessage[] = []
  let wake = (): void => undefined
  const put = (message: TrainMessage): void => {
    inbox.push(message)
    wake()
  }
  worker.on('message', put)
  worker.on('error', (error) => put({ type: 'error', kind: 'fault', message: error.message, hint: '', stack: error.stack }))
  worker.on('exit', (code) => put({ type: 'error', kind: 'fault', message: `The training thread ended with code ${code}.`, hint: '' }))
  const stop = (): void => worker.postMessage('stop')
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()

  let ended = false
  const next = async (): Promise<TrainMessage> => {
    while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    const message = inbox.shift()!
    ended = message.type !== 'record'
    return message
  }
  try {
    for (;;) {
      const message = await next()
      if (message.type === 'record') yield message.record
      else if (message.type === 'error') throw toError(message)
      else return
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    if (!ended) stop()
    while (!ended) await next()
    await worker.terminate()
  }
}

function toError({ kind, message, hint, stack, code }: TrainMessage & { type: 'error' }): Error {
  if (kind === 'interrupted') return new Interrupted(hint)
  if (kind === 'user') return new UserError(message, hint)
  // a full disk is told by its code
  const error = code === undefined ? new Error(message) : Object.assign(new Error(message), { code })
  error.stack = stack ?? error.stack
  return error
}
