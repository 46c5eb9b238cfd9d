import type { ModelConfig } from '../src/config/schema.js'
import { Rng } from '../src/core/rng.js'
import type { Feeds, TensorSpec } from '../src/engine/types.js'
import { DOMAIN_CODES, PRICE_BUCKETS, TYPE_CODES } from '../src/model/inputs.js'
import type { BatchShape } from '../src/model/programs.js'

/** Feeds of a train step with skewed ids and histories of 1 to T events, for measuring its speed. */
export function syntheticFeeds(
  inputs: Readonly<Record<string, TensorSpec>>,
  config: ModelConfig,
  items: number,
  { S, T, R, C }: BatchShape,
): Feeds {
  const rng = new Rng(2)
  const skewed = (n: number): number => 1 + Math.floor(n * rng.uniform() ** 3)
  const ids: Record<string, () => number> = {
    'event.item': () => skewed(items),
    'event.advertiser': () => skewed(config.advertiserBuckets - 1),
    'event.category': () => skewed(config.categoryBuckets - 1),
    'event.type': () => 1 + rng.int(TYPE_CODES - 1),
    'event.domain': () => 1 + rng.int(DOMAIN_CODES - 1),
    'event.price': () => rng.int(PRICE_BUCKETS),
    'candidate.row': () => skewed(items),
    'candidate.advertiser': () => skewed(config.advertiserBuckets - 1),
    'candidate.category': () => skewed(config.categoryBuckets - 1),
    'candidate.title': () => (rng.uniform() < 0.3 ? 0 : skewed(config.titleBuckets - 1)),
    'candidate.price': () => rng.int(PRICE_BUCKETS),
    'row.output': () => 0,
  }
  const floats: Record<string, () => number> = {
    'event.time': () => 4 * rng.uniform(),
    'event.mask': () => 1,
    'candidate.popularity': () => rng.uniform() - 0.5,
    'candidate.logq': () => -6 + 3 * rng.uniform(),
    'row.weight': () => (rng.uniform() < 0.5 ? 1 : 0.5),
    mask: () => (rng.uniform() < 0.01 ? 0 : 1),
  }
  const feeds: Feeds = {}
  for (const [name, { shape, dtype }] of Object.entries(inputs)) {
    const size = shape.reduce((a, b) => a * b, 1)
    const draw = dtype === 'int32' ? ids[name] : floats[name]
    if (draw === undefined) continue // learning rate and bias corrections: fed by the caller
    feeds[name] =
      dtype === 'int32' ? Int32Array.from({ length: size }, draw) : Float32Array.from({ length: size }, draw)
  }
  for (let r = 0; r < R; r++) feeds['row.output'][r] = r % S
  for (let r = 0; r < R; r++) feeds.mask[r * C + r] = 0
  for (let s = 0; s < S; s++) {
    const padding = T - 1 - rng.int(T)
    for (let t = 0; t < padding; t++) {
      feeds['event.mask'][s * T + t] = 0
      for (const [name, feed] of Object.entries(feeds)) {
        if (!name.startsWith('event.') || name === 'event.mask') continue
        const width = feed.length / (S * T)
        feed.fill(0, (s * T + t) * width, (s * T + t + 1) * width)
      }
    }
  }
  return feeds
}
