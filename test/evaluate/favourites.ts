import { dotProducts } from '../../src/ann/dot-products.js'
import { silent } from '../../src/core/progress.js'
import { Rng } from '../../src/core/rng.js'
import type { EvaluateOptions } from '../../src/evaluate/evaluate.js'
import { tableOf } from '../../src/retrieve/baselines.js'
import type { Model } from '../../src/retrieve/model.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

export const ITEMS = 60
export const USERS = 80
export const catalog = {
  advertisers: Array.from({ length: ITEMS }, (_, i) => i % 6),
  categories: Array.from({ length: ITEMS }, (_, i) => `c${i % 4}`),
}

/** Users with two favourite items each, which they buy again and again, beside popular ones. */
export function world(to: number, seed = 1): FixtureEvent[] {
  const events: FixtureEvent[] = Array.from({ length: ITEMS }, (_, i): FixtureEvent => [USERS, i, 0])
  for (let user = 0; user < USERS; user++) {
    const rng = new Rng(seed, user)
    const favourites = [rng.int(ITEMS), rng.int(ITEMS)]
    for (let d = 1; d <= to; d += 2)
      events.push([
        user,
        rng.uniform() < 0.6 ? favourites[rng.int(2)] : Math.floor(ITEMS * rng.uniform() ** 2),
        d,
        rng.uniform() < 0.2 ? 'add_to_cart' : 'checkout',
      ])
  }
  return events
}

export const snapshot = snapshotOf(world(60), catalog)
export const protocol = { cutoff: day(50), windowDays: 10, indexSize: 0, history: 'kept' as const, seed: 1 }

/** A model of width 4 that knows nothing but the last event of a history and what the entries are. */
export const model = (name = 'transformer'): Model => ({
  run: `item-${name}`,
  kind: 'item',
  name,
  width: 4,
  length: 8,
  reads: 100,
  encodeUsers: async ({ events, users, ends }) => {
    const out = new Float32Array(users.length * 4)
    users.forEach((_, q) => (out[q * 4 + (events.eventItem[ends[q] - 1] % 4)] = 1))
    return out
  },
  encodeEntries: async (ids) => {
    const out = new Float32Array(ids.length * 4)
    ids.forEach((id, e) => (out[e * 4 + (id % 4)] = 1))
    return out
  },
})

export const options = (models: Model[], change: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  kind: 'item',
  protocol,
  bootstrap: 50,
  baselines: tableOf([]),
  samples: 0,
  models,
  products: (width) => dotProducts(width),
  progress: silent,
  ...change,
})
