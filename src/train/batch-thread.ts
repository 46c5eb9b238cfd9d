import { UserError } from '../core/errors.js'
import { startWorker } from '../core/worker.js'
import { shareSnapshot } from '../features/shared-snapshot.js'
import type { BatchShape, BatchSourceOptions, BatchThread, TrainBatch } from './batch.js'

/** Batches assembled ahead of the step. */
const QUEUE = 3

/** What the thread is started with. */
export interface BatchThreadStart {
  options: BatchSourceOptions
  from: number
  queue: number
}

/** What the thread says. A request for one more batch is the message `more`. */
export type BatchThreadMessage =
  | { type: 'ready'; buckets: readonly BatchShape[] }
  | { type: 'batch'; batch: TrainBatch }
  | { type: 'error'; message: string; hint?: string; stack?: string }

/**
 * Starts a worker thread that assembles batches `from`, `from` + 1, ... ahead of the training step. The snapshot's
 * arrays are shared with it; a batch's arrays are handed over, not copied.
 *
 * @throws UserError as createBatchSource does.
 */
export async function startBatchThread(options: BatchSourceOptions & { from: number }): Promise<BatchThread> {
  const { from, ...source } = options
  const start: BatchThreadStart = {
    options: { ...source, snapshot: shareSnapshot(source.snapshot) },
    from,
    queue: QUEUE,
  }
  const worker = startWorker(new URL('./batch-worker', import.meta.url), start)
  const ready: TrainBatch[] = []
  const waiting: { resolve: (batch: TrainBatch) => void; reject: (error: Error) => void }[] = []
  let failure: Error | undefined

  const buckets = await new Promise<readonly BatchShape[]>((resolve, reject) => {
    const fail = (error: Error): void => {
      failure ??= error
      reject(failure)
      for (const wait of waiting.splice(0)) wait.reject(failure)
    }
    worker.on('message', (message: BatchThreadMessage) => {
      if (message.type === 'ready') resolve(message.buckets)
      else if (message.type === 'error') fail(toError(message))
      else if (waiting.length > 0) waiting.shift()?.resolve(message.batch)
      else ready.push(message.batch)
    })
    worker.on('error', fail)
    worker.on('exit', (code) => fail(new Error(`The batch thread ended with code ${code}.`)))
  })

  return {
    buckets,
    next() {
      const batch = ready.shift()
      if (batch === undefined && failure !== undefined) return Promise.reject(failure)
      if (failure === undefined) worker.postMessage('more')
      if (batch !== undefined) return Promise.resolve(batch)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    async stop() {
      failure ??= new Error('The batch thread was stopped.')
      await worker.terminate()
    },
  }
}

function toError(message: { message: string; hint?: string; stack?: string }): Error {
  if (message.hint !== undefined) return new UserError(message.message, message.hint)
  const error = new Error(message.message)
  error.stack = message.stack ?? error.stack
  return error
}
