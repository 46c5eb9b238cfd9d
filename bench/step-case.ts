import { DEFAULTS as defaults } from '../src/config/defaults.js'
import { Rng } from '../src/core/rng.js'
import { trainStep } from '../src/model/programs.js'
import type { ModelShape } from '../src/model/shape.js'
import { trainingState } from '../src/model/state.js'
import { syntheticFeeds } from './synthetic-batch.js'

/**
 * The training step that is measured: 256 histories of 64 events, width 64, 2 layers, 4 heads, feed-forward 256,
 * in-batch and 2,048 uniform negatives.
 */
export const batch = { S: 256, T: 64, R: 256, C: 256 + 2048 }
export const items = 20_000
export const config = {
  ...defaults.model,
  width: 64,
  layers: 2,
  heads: 4,
  feedForward: 256,
  length: 64,
  dropout: 0,
  profile: false,
}
export const shape: ModelShape = { kind: 'item', config, causal: false, items, advertisers: 5000, aggregateWidth: 0 }
export const learningRate = 1e-3

const rng = new Rng(1)
export const itemVectors = Float32Array.from({ length: (items + 1) * config.vectorWidth }, (_, i) =>
  i < config.vectorWidth ? 0 : rng.normal() / 8,
)
export const entries = trainingState(
  shape,
  { itemVectors, itemStrength: new Float32Array(items + 1) },
  { seed: 1, temperature: 0.1 },
)
export const spec = trainStep(shape, batch, {
  logq: { positive: 1, negative: 1 },
  gradientClip: 1,
  weightDecay: 0.01,
  dense: false,
})
export const feeds = syntheticFeeds(spec.inputs, config, items, batch)
