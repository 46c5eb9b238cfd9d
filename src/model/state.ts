import type { StateEntry } from '../engine/types.js'
import { Rng } from '../core/rng.js'
import { DROPOUT_PATTERNS, type ModelShape } from './shape.js'
import { decayMask, initialParameters, parameterCount, parameterSpecs } from './parameters.js'

/** Tables that training does not change: [rows, columns] in row-major order, row 0 all zeros. */
export interface FrozenTables {
  /** [items + 1, vectorWidth] */
  itemVectors: Float32Array
  /** [items + 1] weight of an item in the profile of a history */
  itemStrength: Float32Array
  /** [advertisers + 1, aggregateWidth]; the item model has none */
  advertiserTable?: Float32Array
}

type Entries = Record<string, StateEntry>

/** State of the inference programs: the flat parameters and the frozen tables. */
export function inferenceState(shape: ModelShape, parameters: Float32Array, tables: FrozenTables): Entries {
  const entries: Entries = {
    parameters: { shape: [parameters.length], data: parameters },
    'items.vectors': { shape: [shape.items + 1, shape.config.vectorWidth], data: tables.itemVectors },
  }
  if (shape.config.profile) entries['items.strength'] = { shape: [shape.items + 1, 1], data: tables.itemStrength }
  if (shape.kind === 'advertiser') {
    if (!tables.advertiserTable) throw new Error('the advertiser model needs its table of aggregates')
    entries['advertisers.table'] = {
      shape: [shape.advertisers + 1, shape.aggregateWidth],
      data: tables.advertiserTable,
    }
  }
  return entries
}

/** State of a training that starts: initial parameters, zero moments, the decay mask and the dropout patterns. */
export function trainingState(
  shape: ModelShape,
  tables: FrozenTables,
  options: { seed: number; temperature: number },
): Entries {
  const specs = parameterSpecs(shape, options.temperature)
  const n = parameterCount(specs)
  const entries = inferenceState(shape, initialParameters(specs, options.seed), tables)
  entries['adam.m'] = { shape: [n], data: new Float32Array(n) }
  entries['adam.v'] = { shape: [n], data: new Float32Array(n) }
  entries.decay = { shape: [n], data: decayMask(specs) }
  const { dropout, width } = shape.config
  if (dropout > 0)
    entries['dropout.patterns'] = {
      shape: [DROPOUT_PATTERNS, width],
      data: dropoutPatterns(width, dropout, options.seed),
    }
  return entries
}

/** Random rows of 0 (dropped, with probability p) and 1 / (1 - p) (kept). */
export function dropoutPatterns(width: number, p: number, seed: number): Float32Array {
  const rng = new Rng(seed, 0xd709)
  const keep = 1 / (1 - p)
  return Float32Array.from({ length: DROPOUT_PATTERNS * width }, () => (rng.uniform() < p ? 0 : keep))
}

/** The dropout feeds of one step: a random pattern for every one of `tokens` tokens at each of `sites` sites. */
export function dropoutFeeds(sites: number, tokens: number, seed: number, step: number): Record<string, Int32Array> {
  const feeds: Record<string, Int32Array> = {}
  for (let site = 0; site < sites; site++) {
    const rng = new Rng(seed, 0xd70a, step, site)
    feeds[`dropout.${site}`] = Int32Array.from({ length: tokens }, () => rng.uint32() & (DROPOUT_PATTERNS - 1))
  }
  return feeds
}
