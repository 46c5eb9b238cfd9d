import type { Kind } from '../../src/config/schema.js'
import { Rng } from '../../src/core/rng.js'
import type { Snapshot } from '../../src/features/snapshot.js'
import type { BatchSourceOptions, SamplerConfig } from '../../src/train/batch.js'

import { DAY, madeMarket, madeSnapshot, START } from '../features/made-snapshot.js'

/** A market of 60 days. Its last 10 days lie after LIMIT. */
export const market: Snapshot = madeSnapshot(madeMarket(new Rng(11)))
export const LIMIT = START + 50 * DAY

export const samplerConfig: SamplerConfig = {
  objective: 'all-action',
  anchors: 'day',
  windowDays: 12,
  positivesPerAnchor: 2,
  rows: 8,
  uniformNegatives: 4,
  negativePool: 0,
  labelWeights: { checkout: 1, add_to_cart: 0.5, signup: 0.25 },
  recencyHalfLifeDays: 0,
}

export function sourceOptions(
  train: Partial<SamplerConfig> = {},
  rest: Partial<Omit<BatchSourceOptions, 'train'>> & { kind?: Kind } = {},
): BatchSourceOptions {
  return {
    snapshot: market,
    kind: 'item',
    limit: LIMIT,
    model: {
      length: 8,
      causal: false,
      profile: true,
      context: false,
      advertiserBuckets: 64,
      categoryBuckets: 64,
      titleBuckets: 64,
    },
    train: { ...samplerConfig, ...train },
    seed: 7,
    ...rest,
  }
}

export const OBJECTIVES = ['all-action', 'next-action', 'dense-all-action'] as const
export const ANCHORS = ['day', 'event'] as const
