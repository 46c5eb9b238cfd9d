import { describeError, thrownError, type ThreadError } from '../core/thread-error.js'
import { startWorker } from '../core/worker.js'
import { shareSnapshot } from '../features/shared-snapshot.js'
import type { TrainRecord } from './records.js'
import type { TrainOptions } from './run-training.js'

export type { TrainOptions } from './run-training.js'

/** What the thread says. It is asked to stop by the message `stop`. */
export type TrainMessage =
  { type: 'record'; record: TrainRecord } | { type: 'end' } | { type: 'error'; error: ThreadError }

/**
 * Trains as runTraining does, but in a worker thread, so that a screen stays alive while it runs. Ending the iteration
 * early stops the training after a checkpoint.
 *
 * @throws what runTraining throws
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainRecord, void> {
  const { signal, ...job } = options
  const worker = startWorker(new URL('./train-worker', import.meta.url), {
    ...job,
    snapshot: shareSnapshot(job.snapshot),
  })
  const inbox: TrainMessage[] = []
  let wake = (): void => undefined
  const put = (message: TrainMessage): void => {
    inbox.push(message)
    wake()
  }
  worker.on('message', put)
  worker.on('error', (error) => put({ type: 'error', error: describeError(error) }))
  worker.on('exit', (code) =>
    put({ type: 'error', error: describeError(new Error(`The training thread ended with code ${code}.`)) }),
  )
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
      else if (message.type === 'error') throw thrownError(message.error)
      else return
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    if (!ended) stop()
    while (!ended) await next()
    await worker.terminate()
  }
}
