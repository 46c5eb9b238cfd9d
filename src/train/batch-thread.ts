import type { BatchSourceOptions, BatchThread } from './batch.js'

/**
 * Starts a worker thread that assembles batches `from`, `from` + 1, ... ahead of the training step.
 * @throws UserError as createBatchSource does.
 */
export async function startBatchThread(_options: BatchSourceOptions & { from: number }): Promise<BatchThread> {
  throw new Error('not built yet')
}
