import { thrownError } from '../../core/thread-error.js'
import { startWorker } from '../../core/worker.js'
import { BatchMaker } from './event-batch.js'
import type { Recorder } from './recorder.js'
import type { WriteAnswer, WriteRequest } from './write-thread.js'

/**
 * Writes events in a thread of its own, with a connection of its own, while this one reads on. Transactions are those
 * of the store's recorder, in the same order: the data is the same, row for row.
 * @param batch events of a transaction, about
 */
export function threadRecorder(workspace: string, batch: number): Recorder {
  const maker = new BatchMaker(batch)
  const worker = startWorker(new URL('./write-thread', import.meta.url), workspace)
  let open = 0
  let closed = false
  let failure: Error | undefined
  let wake = (): void => undefined
  const fail = (error: Error): void => {
    failure ??= error
    wake()
  }
  worker.on('message', (answer: WriteAnswer) => {
    if (answer === 'committed') open--
    else if (answer === 'closed') closed = true
    else fail(thrownError(answer))
    wake()
  })
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => {
    if (!closed) fail(new Error('the thread that writes events ended'))
    closed = true
    wake()
  })
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => (wake = resolve))
  }
  const never = (): never => {
    throw new Error('the thread that writes takes events alone')
  }
  return {
    sink: { event: (event) => maker.add(event), item: never, user: never, advertiser: never },
    commit(reached) {
      const made = maker.take()
      const request: WriteRequest = { batch: made, reached }
      worker.postMessage(
        request,
        [made.user, made.item, made.advertiser, made.kind, made.time].map(({ buffer }) => buffer as ArrayBuffer),
      )
      open++
    },
    async settle(most) {
      await until(() => failure !== undefined || open <= most)
      if (failure) throw failure
    },
    async close() {
      worker.postMessage(undefined satisfies WriteRequest)
      await until(() => closed)
      await worker.terminate()
    },
  }
}
