import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import type { Kind } from '../../src/config/schema.js'
import { silent } from '../../src/core/progress.js'
import { Rng } from '../../src/core/rng.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { buildSnapshot } from '../../src/features/snapshot-build.js'
import { EVENT_TYPES, type Snapshot } from '../../src/features/snapshot.js'
import { BASELINES, groundOf } from '../../src/retrieve/baselines.js'
import { validationSet } from '../../src/retrieve/fit.js'
import { evaluationSet, levelOf } from '../../src/protocol/evaluation-set.js'
import { createModelInputs } from '../../src/runs/model-inputs.js'
import type { Store } from '../../src/store/store.js'
import { options } from './favourites.js'
import { temporaryStore } from '../store/temporary-store.js'

const DAY = 86_400
const START = 1_700_000_000
const [USERS, ITEMS, ADVERTISERS, DAYS, CUTOFF, WINDOW] = [60, 40, 8, 80, 60, 10]
const cutoff = START + CUTOFF * DAY
/** An item that is known from its launch on, though nobody ever meets it. */
const UNMET = 39

interface Event {
  user: number
  item: number
  day: number
  type: number
  domain: number
}

/** Users, items and advertisers that begin after the cutoff lie scattered among the others. */
const late = { user: (u: number) => u % 4 === 1, item: (i: number) => i % 5 === 2, advertiser: (a: number) => a === 3 }
const advertiserOf = (item: number): number => item % ADVERTISERS
const isLateItem = (item: number): boolean => late.item(item) || late.advertiser(advertiserOf(item))

/** Every user has three favourite items, of which those that begin late are met after the cutoff. */
function events(): Event[] {
  const all: Event[] = []
  for (let user = 0; user < USERS; user++) {
    const rng = new Rng(5, user)
    const favourites = [rng.int(ITEMS), rng.int(ITEMS), 5 * rng.int(8)]
    for (let day = late.user(user) ? CUTOFF + 1 : rng.int(5); day < DAYS; day += 1 + rng.int(3)) {
      const item = rng.uniform() < 0.7 ? favourites[rng.int(3)] : Math.floor(ITEMS * rng.uniform() ** 2)
      if (item === UNMET) continue
      const type = isLateItem(item) ? EVENT_TYPES.indexOf('click') : rng.int(3)
      const moment = day + rng.uniform() / 2
      // whoever converts after the cutoff does so on something that began before it, too
      if (day > CUTOFF) all.push({ user, item: 0, day: moment, type: EVENT_TYPES.indexOf('checkout'), domain: 0 })
      if (!isLateItem(item) || day > CUTOFF) all.push({ user, item, day: moment, type, domain: rng.int(2) })
    }
  }
  return all.sort((a, b) => a.day - b.day)
}

/** A store of the events and what they are about, of all or of what begins by the cutoff. */
function storeOf(whole: boolean): Store {
  const store = temporaryStore()
  const writer = store.writer()
  const kept = events().filter(({ user, item }) => whole || (!late.user(user) && !isLateItem(item)))
  for (let i = 0; i < ITEMS; i++)
    if (whole || !isLateItem(i))
      writer.setItem(writer.item(`i${i}`), {
        advertiser: writer.advertiser(`a${advertiserOf(i)}`),
        // categories come first in the same order in both: of equal scores the order of ids decides what is listed
        category: `c${i % 3}/d${Math.floor(i / 10)}`,
        title: `word${i % 5} thing${i % 11}`,
        ...(i % 6 > 0 && { price: 1 + i }),
        ...(i === UNMET && { launched: START }),
      })
  for (let u = 0; u < USERS; u++) if (whole || !late.user(u)) writer.user(`u${u}`)
  for (const { user, item, day, type, domain } of kept)
    writer.event({
      user: writer.user(`u${user}`),
      item: writer.item(`i${item}`),
      advertiser: 0,
      type,
      domain,
      time: START + Math.round(day * DAY),
    })
  writer.commit()
  return store
}

const stores = [true, false].map((whole) => {
  const store = storeOf(whole)
  const snapshot = buildSnapshot(store, silent)
  const [items, advertisers] = [[...store.externalIds('items')], [...store.externalIds('advertisers')]]
  return {
    snapshot,
    items,
    names: { item: items, advertiser: advertisers, category: snapshot.categories },
    counts: store.counts(),
  }
})
const [whole, before] = stores
const protocol = { cutoff, windowDays: WINDOW, indexSize: 0, history: 'kept' as const, seed: 1 }

it('the stores differ in users, items, advertisers and events that begin after the cutoff', () => {
  expect([whole.counts.users, before.counts.users]).toEqual([USERS, 45])
  expect(whole.counts.items - before.counts.items).toBe(12)
  expect([whole.counts.advertisers, before.counts.advertisers]).toEqual([ADVERTISERS, ADVERTISERS - 1])
  expect(whole.counts.events - before.counts.events).toBeGreaterThan(200)
})

it.each(['auto', 'onsite', 'views', 'conversions'] as const)('graph vectors of %s are the same to the bit', (kind) => {
  const config = loadConfig('/nonexistent', { set: [`graph.events=${kind}`, 'model.vectorWidth=16'], env: {} })
  const [a, b] = stores.map(({ snapshot }) => createModelInputs(snapshot, config, 'item', cutoff).tables)
  before.items.forEach((name, row) => {
    const at = whole.items.indexOf(name)
    const vector = (tables: typeof a, i: number): Float32Array => tables.itemVectors.slice(16 * (i + 1), 16 * (i + 2))
    expect(vector(b, row), name).toEqual(vector(a, at))
    expect([b.warm[row], b.itemStrength[row + 1]]).toEqual([a.warm[at], a.itemStrength[at + 1]])
  })
  expect(b.warm.some((warm) => warm === 1) && b.warm.some((warm) => warm === 0)).toBe(true)
})

it.each(BASELINES.map((one) => [one.name, one] as const))('%s scores the same to the bit', async (_name, baseline) => {
  const levels = ['item', 'advertiser', 'category'] as const
  const scores = async ({ snapshot, names }: typeof whole) => {
    const set = evaluationSet(snapshot, levels, protocol)
    const validation = validationSet(snapshot, levels, protocol)
    return Promise.all(
      levels.map(async (level) => {
        const { recommender, fitted } = await baseline.make(groundOf(snapshot, set, level, validation))
        const n = set.queries.users.length
        const out = new Float32Array(n * recommender.entries)
        await recommender.score(set.queries, 0, n, out)
        // ids are given in the order in which things are imported: entries are told apart by their names
        const byName = Array.from(levelOf(set, level).catalog.ids, (id, e) => [names[level][id], e] as const)
        const columns = byName
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, e]) => [name, Float32Array.from({ length: n }, (_, q) => out[q * recommender.entries + e])])
        return { fitted, name: recommender.name, columns }
      }),
    )
  }
  expect(await scores(before)).toEqual(await scores(whole))
})

it.each(['item', 'advertiser'] as const)('of %ss every row finds and lists the same', async (kind: Kind) => {
  const judged = async (snapshot: Snapshot, history: 'kept' | 'masked') => {
    const { report } = await evaluate(snapshot, {
      ...options([]),
      kind,
      protocol: { ...protocol, history },
      baselines: BASELINES,
    })
    return report.rows.map(({ name, level, fitted, recall, positives, coverage }) => ({
      name,
      level,
      fitted,
      coverage,
      // of fewer conversions to find as many are found
      hits: Object.entries(recall).map(([k, r]) => [k, Math.round(r * positives * 1e6) / 1e6]),
    }))
  }
  const rows = await judged(before.snapshot, 'kept')
  expect(rows).toEqual(await judged(whole.snapshot, 'kept'))
  expect(rows.length).toBeGreaterThanOrEqual(BASELINES.length)
})
