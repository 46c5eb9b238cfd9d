import { Thread } from '../core/thread.js'
import { shareSnapshot } from '../features/shared-snapshot.js'
import type { TrainRecord } from '../runs/records.js'
import type { TrainOptions } from './run-training.js'
import type { TrainThread } from './train-thread.js'

export type { TrainOptions } from './run-training.js'

/**
 * Trains as runTraining does, but in a worker thread, so that a screen stays alive while it runs. Ending the iteration
 * early stops the training after a checkpoint.
 *
 * @throws what runTraining throws
 */
export async function* train({ signal, ...options }: TrainOptions): AsyncGenerator<TrainRecord, void> {
  const thread = new Thread<TrainThread>(new URL('./train-thread', import.meta.url))
  const job = { ...options, snapshot: shareSnapshot(options.snapshot) }
  const leave = new AbortController()
  const records: TrainRecord[] = []
  let wake = (): void => undefined
  let ended = false
  const training = thread.ask('train', job, {
    signal: signal ? AbortSignal.any([signal, leave.signal]) : leave.signal,
    onEvent(record) {
      records.push(record as TrainRecord)
      wake()
    },
  })
  const end = training
    .catch(() => undefined)
    .then(() => {
      ended = true
      wake()
    })
  try {
    for (;;) {
      while (records.length > 0) yield records.shift()!
      if (ended) break
      await new Promise<void>((resolve) => (wake = resolve))
    }
    await training
  } finally {
    leave.abort()
    await end
    await thread.stop()
  }
}
