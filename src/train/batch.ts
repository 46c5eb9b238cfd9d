import type { Kind } from '../config/schema.js'
import type { ModelConfig, TrainConfig } from '../config/schema.js'
import type { Feeds } from '../engine/types.js'
import type { FeatureConfig } from '../features/item-features.js'
import type { Snapshot } from '../features/snapshot.js'

/** The static shape of all batches of one length bucket: one compiled program each. */
export interface BatchShape {
  /** sequences */
  S: number
  /** events of a sequence */
  T: number
  /** rows (positives): S * positivesPerAnchor, the same in every bucket */
  R: number
  /** candidates: R in-batch positives, then the uniform negatives; the same in every bucket */
  C: number
  /** share of the batches that come from this bucket */
  share: number
}

/** One training batch: the arrays that src/model/inputs.ts names (history, candidates, loss). Owned by the receiver. */
export interface TrainBatch {
  /** index into `buckets` of the source */
  bucket: number
  S: number
  T: number
  R: number
  C: number
  feeds: Feeds
}

/** The keys of `model` that shape a batch. */
export type BatchModelConfig = FeatureConfig & Pick<ModelConfig, 'length' | 'causal' | 'profile' | 'context'>

/** The keys of `train` that shape a batch. */
export type SamplerConfig = Pick<
  TrainConfig,
  | 'objective'
  | 'anchors'
  | 'windowDays'
  | 'positivesPerAnchor'
  | 'rows'
  | 'uniformNegatives'
  | 'negativePool'
  | 'labelWeights'
  | 'recencyHalfLifeDays'
>

/** All that decides the batches; can be sent to a worker thread as it is. */
export interface BatchSourceOptions {
  snapshot: Snapshot
  kind: Kind
  /** unix seconds: the end of training; no window crosses it and no event after it is read */
  limit: number
  model: BatchModelConfig
  train: SamplerConfig
  seed: number
}

/** Batch n is a pure function of (options, n). */
export interface BatchSource {
  readonly buckets: readonly BatchShape[]
  /** conversions that any batch may hold */
  readonly positives: number
  batch(n: number): TrainBatch
}
