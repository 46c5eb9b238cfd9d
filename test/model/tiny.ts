import { afterAll } from 'vitest'
import { DEFAULTS } from '../../src/config/defaults.js'
import type { ModelConfig } from '../../src/config/schema.js'
import { createEngine, type Engine, type Feeds } from '../../src/engine/index.js'
import { Rng } from '../../src/core/rng.js'
import { PROFILE_ADVERTISERS, PROFILE_CATEGORIES, PROFILE_ITEMS } from '../../src/features/history-profile.js'
import { POPULARITY_COLUMNS } from '../../src/features/popularity.js'
import { CATEGORY_LEVELS, TITLE_TOKENS } from '../../src/features/snapshot.js'
import { contextInputs, DOMAIN_CODES, PRICE_BUCKETS, profileInputs, TYPE_CODES } from '../../src/model/inputs.js'
import { parameterSpecs } from '../../src/model/parameters.js'
import { encodeHistories } from '../../src/model/programs.js'
import type { ModelShape } from '../../src/model/shape.js'
import { trainingState } from '../../src/model/state.js'

export const ITEMS = 20
export const ADVERTISERS = 6
const TINY: ModelConfig = {
  ...DEFAULTS.model,
  width: 8,
  layers: 2,
  heads: 2,
  feedForward: 12,
  length: 6,
  outputWidth: 5,
  dropout: 0,
  profile: false,
  vectorWidth: 4,
  advertiserBuckets: 10,
  advertiserWidth: 3,
  categoryBuckets: 10,
  categoryWidth: 3,
  titleBuckets: 10,
  titleWidth: 3,
}

export function tinyShape(config: Partial<ModelConfig> = {}, kind: 'item' | 'advertiser' = 'item'): ModelShape {
  const model = { ...TINY, ...config }
  return { kind, config: model, causal: model.causal, items: ITEMS, advertisers: ADVERTISERS, aggregateWidth: 7 }
}

export function tinyState(shape: ModelShape, seed = 1): ReturnType<typeof trainingState> {
  const rng = new Rng(seed, 77)
  const table = (rows: number, width: number): Float32Array =>
    Float32Array.from({ length: rows * width }, (_, i) => (i < width ? 0 : rng.normal() / 2))
  const tables = {
    itemVectors: table(ITEMS + 1, shape.config.vectorWidth),
    itemStrength: Float32Array.from({ length: ITEMS + 1 }, (_, i) => i / ITEMS),
    advertiserTable: table(ADVERTISERS + 1, shape.aggregateWidth),
  }
  return trainingState(shape, tables, { seed, temperature: 0.1 })
}

const ints = (rng: Rng, n: number, below: number): number[] => Array.from({ length: n }, () => rng.int(below))

/** Profiles of N outputs as feeds; an empty one is all zeros. */
export function profileFeeds(
  profiles: {
    item: [row: number, weight: number][]
    category: [row: number, weight: number][]
    advertiser: [rows: [number, number], weight: number][]
  }[],
): Feeds {
  const feeds: Feeds = {}
  for (const [name, { shape, dtype }] of Object.entries(profileInputs(profiles.length))) {
    const size = shape.reduce((a, b) => a * b, 1)
    feeds[name] = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  }
  profiles.forEach(({ item, category, advertiser }, n) => {
    item.forEach(([row, weight], k) => {
      feeds['profile.item'][n * PROFILE_ITEMS + k] = row
      feeds['profile.item.weight'][n * PROFILE_ITEMS + k] = weight
    })
    category.forEach(([row, weight], k) => {
      feeds['profile.category'][n * PROFILE_CATEGORIES + k] = row
      feeds['profile.category.weight'][n * PROFILE_CATEGORIES + k] = weight
    })
    advertiser.forEach(([rows, weight], k) => {
      feeds['profile.advertiser'].set(rows, 2 * (n * PROFILE_ADVERTISERS + k))
      feeds['profile.advertiser.weight'][n * PROFILE_ADVERTISERS + k] = weight
    })
  })
  return feeds
}

/** One event as its input values. */
export function randomEvent(rng: Rng): Record<string, number[]> {
  return {
    'event.item': [1 + rng.int(ITEMS)],
    'event.advertiser': ints(rng, 2, 10),
    'event.category': ints(rng, CATEGORY_LEVELS, 10),
    'event.type': [1 + rng.int(TYPE_CODES - 1)],
    'event.domain': [1 + rng.int(DOMAIN_CODES - 1)],
    'event.price': [rng.int(PRICE_BUCKETS)],
    'event.time': [rng.uniform() * 3, rng.uniform()],
  }
}

const COLUMNS: Record<string, number> = {
  'event.item': 1,
  'event.advertiser': 2,
  'event.category': CATEGORY_LEVELS,
  'event.type': 1,
  'event.domain': 1,
  'event.price': 1,
  'event.time': 2,
}

/** Histories as feeds, aligned right and padded to T. */
export function historyFeeds(histories: Record<string, number[]>[][], T: number): Feeds {
  const S = histories.length
  const feeds: Feeds = { 'event.mask': new Float32Array(S * T) }
  for (const [name, columns] of Object.entries(COLUMNS))
    feeds[name] = name === 'event.time' ? new Float32Array(S * T * columns) : new Int32Array(S * T * columns)
  histories.forEach((events, s) =>
    events.forEach((event, i) => {
      const at = s * T + T - events.length + i
      feeds['event.mask'][at] = 1
      for (const [name, columns] of Object.entries(COLUMNS))
        event[name].forEach((x, c) => (feeds[name][at * columns + c] = x))
    }),
  )
  return feeds
}

export function candidateFeeds(kind: 'item' | 'advertiser', entries: number[], seed = 3): Feeds {
  const rng = new Rng(seed)
  const C = entries.length
  const feeds: Feeds = {
    'candidate.row': Int32Array.from(entries, (e) => e + 1),
    'candidate.advertiser': Int32Array.from(ints(rng, C * 2, 10)),
    'candidate.popularity': Float32Array.from({ length: C * POPULARITY_COLUMNS }, () => rng.normal()),
  }
  if (kind === 'advertiser') return feeds
  return {
    ...feeds,
    'candidate.category': Int32Array.from(ints(rng, C * CATEGORY_LEVELS, 10)),
    'candidate.title': Int32Array.from(ints(rng, C * TITLE_TOKENS, 10)),
    'candidate.price': Int32Array.from(ints(rng, C, PRICE_BUCKETS)),
  }
}

/** Contexts of requests as feeds, each drawn by a seed; undefined: there is none. */
export function contextFeeds(seeds: (number | undefined)[]): Feeds {
  const specs = Object.entries(contextInputs(seeds.length))
  const below: Record<string, number> = {
    'context.item': ITEMS,
    'context.price': 31,
    'context.hour': 24,
    'context.weekday': 7,
  }
  return Object.fromEntries(
    specs.map(([name, { shape, dtype }]) => {
      const columns = shape.reduce((a, b) => a * b, 1) / seeds.length
      const values = seeds.flatMap((seed) => {
        if (name === 'context.present') return [seed === undefined ? 0 : 1]
        const rng = seed === undefined ? undefined : new Rng(seed, 78)
        return Array.from({ length: columns }, () => (rng ? 1 + rng.int(below[name] ?? 9) : 0))
      })
      return [name, dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)]
    }),
  )
}

/** User vectors of histories, one an array, by the engine given. Without positions, all position embeddings are 0. */
export async function encode(
  engine: Engine,
  shape: ModelShape,
  histories: Record<string, number[]>[][],
  T: number,
  positions = true,
  profiles: Feeds = {},
): Promise<number[][]> {
  const entries = tinyState(shape)
  // a causal tower has no positions anyway
  const table = parameterSpecs(shape).find(({ name }) => name === 'embed.position')
  if (!positions && table) entries.parameters.data.fill(0, table.offset, table.offset + table.size)
  const state = await engine.state(entries)
  const program = await engine.compile(encodeHistories(shape, histories.length, T), state)
  const { vectors } = await program.run({ ...historyFeeds(histories, T), ...profiles })
  program.dispose()
  state.dispose()
  const d = shape.config.outputWidth
  return histories.map((_, s) => Array.from(vectors.data.subarray(s * d, (s + 1) * d)))
}

export const eager = (): Promise<Engine> => createEngine({ engine: 'eager' })

/** The reference and the compiled engine, for all tests of a file. */
export async function bothEngines(): Promise<{ eager: Engine; onnx: Engine }> {
  const engines = { eager: await eager(), onnx: await createEngine({ engine: 'onnx', threads: 1 }) }
  afterAll(async () => {
    await engines.eager.dispose()
    await engines.onnx.dispose()
  })
  return engines
}
