import type { BatchSource, BatchSourceOptions } from './batch.js'

/**
 * Training batches drawn from a snapshot.
 * @throws UserError when there is no conversion, no eligible anchor, or fewer items than uniform negatives.
 */
export function createBatchSource(_options: BatchSourceOptions): BatchSource {
  throw new Error('not built yet')
}
