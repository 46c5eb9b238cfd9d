import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../core/errors.js'
import { createBatchSource } from './batch-source.js'
import type { BatchThreadMessage, BatchThreadStart } from './batch-thread.js'

/** The thread of batch-thread.ts: fills the queue once, then one batch for every `more`. */
function run({ options, from, queue }: BatchThreadStart): void {
  let n = from
  const say = (message: BatchThreadMessage, transfer: ArrayBuffer[] = []): void =>
    parentPort?.postMessage(message, transfer)
  try {
    const source = createBatchSource(options)
    const send = (): void => {
      const batch = source.batch(n++)
      say(
        { type: 'batch', batch },
        Object.values(batch.feeds).map((feed) => feed.buffer as ArrayBuffer),
      )
    }
    say({ type: 'ready', buckets: source.buckets })
    for (let k = 0; k < queue; k++) send()
    parentPort?.on('message', () => {
      try {
        send()
      } catch (error) {
        say(described(error))
      }
    })
  } catch (error) {
    say(described(error))
  }
}

function described(error: unknown): BatchThreadMessage {
  if (error instanceof UserError) return { type: 'error', message: error.message, hint: error.hint }
  return error instanceof Error
    ? { type: 'error', message: error.message, stack: error.stack }
    : { type: 'error', message: String(error) }
}

run(workerData as BatchThreadStart)
