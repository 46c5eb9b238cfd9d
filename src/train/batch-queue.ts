import { Thread } from '../core/thread.js'
import { shareSnapshot } from '../features/shared-snapshot.js'
import type { BatchShape, BatchSourceOptions, TrainBatch } from './batch.js'
import type { BatchThread } from './batch-thread.js'

/** Batches assembled ahead of the step. */
const AHEAD = 3

/** Batches n, n + 1, ... in order, assembled ahead of the training step in a thread of their own. */
export class BatchQueue {
  private readonly ahead: Promise<TrainBatch>[] = []

  private constructor(
    private readonly thread: Thread<BatchThread>,
    readonly buckets: readonly BatchShape[],
    /** conversions that any batch may hold */
    readonly positives: number,
  ) {
    for (let k = 0; k < AHEAD; k++) this.ask()
  }

  /**
   * Begins with batch `from`. The snapshot's arrays are shared with the thread; a batch's arrays are handed over.
   * @throws UserError as createBatchSource does
   */
  static async start({ snapshot, ...options }: BatchSourceOptions & { from: number }): Promise<BatchQueue> {
    const thread = new Thread<BatchThread>(new URL('./batch-thread', import.meta.url))
    try {
      const opened = await thread.ask('open', { ...options, snapshot: shareSnapshot(snapshot) })
      return new BatchQueue(thread, opened.buckets, opened.positives)
    } catch (error) {
      await thread.stop()
      throw error
    }
  }

  /** The next batch; ready at once unless the step is faster than the thread. */
  next(): Promise<TrainBatch> {
    this.ask()
    return this.ahead.shift()!
  }

  stop(): Promise<void> {
    return this.thread.stop()
  }

  private ask(): void {
    const batch = this.thread.ask('next')
    // a failure is thrown when its turn comes
    batch.catch(() => undefined)
    this.ahead.push(batch)
  }
}
