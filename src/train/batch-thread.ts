import { handOver, serveThread } from '../core/thread.js'
import { createBatchSource } from './batch-source.js'
import type { BatchSource, BatchSourceOptions, TrainBatch } from './batch.js'

let source: BatchSource
let n = 0

const methods = {
  open({ from, ...options }: BatchSourceOptions & { from: number }): Pick<BatchSource, 'buckets' | 'positives'> {
    source = createBatchSource(options)
    n = from
    return { buckets: source.buckets, positives: source.positives }
  },
  next(): TrainBatch {
    const batch = source.batch(n++)
    return handOver(batch, Object.values(batch.feeds))
  },
}

export type BatchThread = typeof methods
serveThread(methods)
