import { describe, expect, it } from 'vitest'
import { dotProducts } from '../../src/ann/dot-products.js'
import { BestOfGroup } from '../../src/retrieve/best-of-group.js'
import { Blend } from '../../src/retrieve/blend.js'
import { catalogAt } from '../../src/protocol/catalog.js'
import { CoVisitation } from '../../src/retrieve/co-visitation.js'
import { EaseByEntries } from '../../src/retrieve/ease-by-entries.js'
import { EaseByUsers } from '../../src/retrieve/ease-by-users.js'
import { NearestUsers } from '../../src/retrieve/nearest-users.js'
import { OwnRepeats } from '../../src/retrieve/own-history.js'
import { PopularityRecommender, logPopularity } from '../../src/retrieve/popularity.js'
import type { Recommender } from '../../src/retrieve/recommender.js'
import { TowerRecommender } from '../../src/retrieve/towers.js'
import type { Snapshot } from '../../src/features/snapshot.js'
import { day, queriesAt, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { Rule } from '../fixtures/rule.js'

// items 0..4 of advertisers 0, 0, 1, 1 and none
const catalog = { advertisers: [0, 0, 1, 1, -1], categories: ['a', 'b', 'b', '', 'a'] }
const before: FixtureEvent[] = [
  [0, 0, 1],
  [0, 1, 2],
  [0, 0, 3],
  [0, 3, 3, 'view'],
  [1, 1, 1],
  [1, 2, 40],
  [2, 1, 38],
  [2, 2, 39],
  [2, 4, 40],
]
const t = day(40)
const snapshot = snapshotOf([...before, [0, 4, 41], [1, 4, 41], [2, 3, 45]], catalog)
const items = catalogAt(snapshot, 'item', t)

async function scores(recommender: Recommender, from: Snapshot = snapshot): Promise<number[][]> {
  const queries = queriesAt(from, t, [0, 1, 2])
  const { entries } = recommender
  const out = new Float32Array(3 * entries).fill(NaN)
  // in two blocks, as evaluation does
  await recommender.score(queries, 0, 1, out)
  await recommender.score(queries, 1, 3, out.subarray(entries))
  return [0, 1, 2].map((q) => [...out.subarray(q * entries, (q + 1) * entries)])
}

const close = (rows: number[][], expected: number[][]): void =>
  rows.forEach((row, q) => row.forEach((x, e) => expect(x, `query ${q} entry ${e}`).toBeCloseTo(expected[q][e], 5)))

describe('popularity', () => {
  it('counts conversions up to the moment, views and later events not', async () => {
    const row = [2, 3, 2, 0, 1]
    close(await scores(new PopularityRecommender(snapshot, items, t)), [row, row, row])
  })

  it('counts those of the last days', async () => {
    const row = [0, 1, 2, 0, 1]
    close(await scores(new PopularityRecommender(snapshot, items, t, 10)), [row, row, row])
  })

  it('counts advertisers by all of their conversions', async () => {
    const row = [5, 2]
    close(await scores(new PopularityRecommender(snapshot, catalogAt(snapshot, 'advertiser', t), t)), [row, row, row])
  })
})

describe('own repeats', () => {
  it('orders by count, then by recency, and scores the rest alike', async () => {
    const [first, second, third] = await scores(new OwnRepeats(items))
    expect(order(first)).toEqual([0, 3, 1])
    expect(order(second)).toEqual([2, 1])
    expect(order(third)).toEqual([4, 2, 1])
  })
})

const order = (row: number[]): number[] =>
  row
    .map((_, e) => e)
    .filter((e) => row[e] > 0)
    .sort((a, b) => row[b] - row[a])

describe('control and hybrid', () => {
  it('adds log popularity and log own count', async () => {
    const control = new Blend('control', 'baseline', items, logPopularity(snapshot, items, t), {
      own: 2,
      popularity: 1,
    })
    const log = Math.log
    close(await scores(control), [
      [log(3) + 2 * log(3), log(4) + 2 * log(2), log(3), 2 * log(2), log(2)],
      [log(3), log(4) + 2 * log(2), log(3) + 2 * log(2), 0, log(2)],
      [log(3), log(4) + 2 * log(2), log(3) + 2 * log(2), 0, log(2) + 2 * log(2)],
    ])
  })

  it('weighs what was done lately by its age: half after 30 days', async () => {
    const recent = new Blend('control', 'baseline', items, new Float32Array(5), { own: 0, recent: 3, popularity: 1 })
    const x = (...days: number[]): number => 3 * Math.log(1 + days.reduce((s, d) => s + 2 ** ((d - 40) / 30), 0))
    close(await scores(recent), [
      [x(1, 3), x(2), 0, x(3), 0],
      [0, x(1), x(40), 0, 0],
      [0, x(38), x(39), 0, x(40)],
    ])
  })

  it('adds them to the score of a model', async () => {
    const base = new Rule(5, () => 0.5)
    const hybrid = new Blend(
      'hybrid',
      'hybrid',
      items,
      logPopularity(snapshot, items, t),
      { own: 1, popularity: 0 },
      base,
    )
    expect((await scores(hybrid))[1]).toEqual([0.5, 0.5 + Math.log(2), 0.5 + Math.log(2), 0.5, 0.5].map(Math.fround))
  })
})

describe('co-visitation', () => {
  it('sums the cosine of co-occurrences over the last events', async () => {
    // pairs at most one event apart: user 0: 0-1, 1-0, 0-3; user 1: 1-2; user 2: 1-2, 2-4
    // c(0,1) = 2, c(0,3) = 1, c(1,2) = 2, c(2,4) = 1; c(0) = 3, c(1) = 4, c(2) = 3, c(3) = 1, c(4) = 1
    const w = (c: number, a: number, b: number): number => c / Math.sqrt(a * b)
    const [w01, w03, w12, w24] = [w(2, 3, 4), w(1, 3, 1), w(2, 4, 3), w(1, 3, 1)]
    close(await scores(new CoVisitation(snapshot, items, t, { window: 1, recent: 3, neighbours: 10 })), [
      // last three events: 1, 0, 3
      [w01 + w03, w01, w12, w03, 0],
      [w01, w12, w12, 0, w24],
      [w01, w12, w12 + w24, 0, w24],
    ])
  })

  it('keeps the strongest neighbours only', async () => {
    const [first] = await scores(new CoVisitation(snapshot, items, t, { window: 1, recent: 1, neighbours: 1 }))
    // the last event is about item 3, whose only neighbour is 0
    expect(order(first)).toEqual([0])
  })
})

describe('nearest users', () => {
  it('sums the histories of the nearest by similarity, older events less', async () => {
    const halfLifeDays = 10
    const x = (age: number): number => 2 ** (-age / halfLifeDays)
    const rows = await scores(new NearestUsers(snapshot, items, t, { neighbours: 1, halfLifeDays }))
    // user 1 and user 2 share items 1 (of three users: idf 0) and 2 (of two: log 1.5); user 0 shares only item 1:
    // nobody
    const idf = Math.log(3 / 2)
    const norm1 = idf * x(0)
    const norm2 = Math.hypot(idf * x(1), Math.log(3) * x(0))
    const similarity = (idf * idf * x(0) * x(1)) / (norm1 * norm2)
    close(rows, [
      [0, 0, 0, 0, 0],
      [0, similarity * x(2), similarity * x(1), 0, similarity * x(0)],
      [0, similarity * x(39), similarity * x(0), 0, 0],
    ])
  })
})

describe('the best of a group', () => {
  it('is the score of the best item of an advertiser or category; a group without items shares the lowest', async () => {
    const byItem = [
      [1, 5, -2, 3, 9],
      [0, -1, -4, -3, -9],
      [2, 2, 2, 2, 2],
    ]
    const rule = new Rule(5, (q, e) => byItem[q][e])
    close(await scores(new BestOfGroup(snapshot, rule, items, catalogAt(snapshot, 'advertiser', t))), [
      [5, 3],
      [0, -3],
      [2, 2],
    ])
    close(await scores(new BestOfGroup(snapshot, rule, items, catalogAt(snapshot, 'category', t))), [
      [9, 5],
      [0, -1],
      [2, 2],
    ])
    const itemless = snapshotOf([...before, [0, -1, 5, 'signup', 2]], catalog)
    close(
      await scores(
        new BestOfGroup(itemless, rule, catalogAt(itemless, 'item', t), catalogAt(itemless, 'advertiser', t)),
        itemless,
      ),
      [
        [5, 3, -2],
        [0, -3, -9],
        [2, 2, 2],
      ],
    )
  })
})

describe('towers', () => {
  it('scores by the dot product of the vectors it was given', async () => {
    // the vector of a user is of the queries that are asked about, whatever was asked before
    const byUser = [
      [1, 0],
      [0.6, 0.8],
    ]
    const asked: number[][] = []
    const tower = new TowerRecommender(
      'transformer',
      'item',
      {
        async encodeUsers({ users }) {
          asked.push([...users])
          return Float32Array.from([...users].flatMap((u) => byUser[u]))
        },
      },
      Float32Array.of(1, 0, 0, 1, -1, 0),
      await dotProducts(2),
    )
    const out = new Float32Array(3)
    const both = queriesAt(snapshot, t, [0, 1])
    await tower.score(both, 1, 2, out)
    expect([...out]).toEqual([0.6, 0.8, -0.6].map(Math.fround))
    await tower.score(both, 0, 1, out)
    expect([...out]).toEqual([1, 0, -1])
    // encoded once for the queries asked about, and again for others
    expect(asked).toEqual([[0, 1]])
    await tower.score(queriesAt(snapshot, t, [1]), 0, 1, out)
    expect([...out]).toEqual([0.6, 0.8, -0.6].map(Math.fround))
    expect(asked).toEqual([[0, 1], [1]])
  })

  it('refuses vectors that are not one for every query', async () => {
    const tower = new TowerRecommender(
      'transformer',
      'item',
      { encodeUsers: async () => Float32Array.of(1, 0) },
      Float32Array.of(1, 0, 0, 1),
      await dotProducts(2),
    )
    await expect(tower.score(queriesAt(snapshot, t, [0, 1]), 0, 1, new Float32Array(2))).rejects.toThrow(
      'a query has no vector',
    )
  })
})

describe('every baseline', () => {
  it.each([
    ['popularity', (s: Snapshot) => new PopularityRecommender(s, catalogAt(s, 'item', t), t)],
    ['popularity, 30 days', (s: Snapshot) => new PopularityRecommender(s, catalogAt(s, 'item', t), t, 30)],
    ['own repeats', (s: Snapshot) => new OwnRepeats(catalogAt(s, 'item', t))],
    ['co-visitation', (s: Snapshot) => new CoVisitation(s, catalogAt(s, 'item', t), t)],
    ['EASE', (s: Snapshot) => new EaseByEntries(s, catalogAt(s, 'item', t), t, { cap: 10, regularisation: 1 })],
    ['EASE over users', (s: Snapshot) => new EaseByUsers(s, catalogAt(s, 'item', t), t, { regularisation: 1 })],
    ['nearest users', (s: Snapshot) => new NearestUsers(s, catalogAt(s, 'item', t), t)],
  ])('%s knows nothing after the moment', async (_name, make) => {
    const nothingAfter = snapshotOf(before, catalog)
    const muchAfter = snapshotOf(
      [...before, [0, 3, 41], [0, 4, 41], [1, 0, 42], [1, 3, 42], [2, 0, 42], [2, 3, 50]],
      catalog,
    )
    expect(await scores(make(muchAfter), muchAfter)).toEqual(await scores(make(nothingAfter), nothingAfter))
  })
})
