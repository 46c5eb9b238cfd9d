import { handOver, serveThread } from '../core/thread.js'
import { createBatchSource } from './batch-source.js'
import type { BatchShape, BatchSource, BatchSourceOptions, TrainBatch } from './batch.js'

let source: BatchSource
let n = 0

const methods = {
  open({ from, ...options }: BatchSourceOptions & { from: number }): readonly BatchShape[] {
    source = createBatchSource(options)
    n = from
    return source.buckets
  },
  next(): TrainBatch {
    const batch = source.batch(n++)
    return handOver(batch, Object.values(batch.feeds))
  },
}

export type BatchThread = typeof methods
serveThread(methods)
