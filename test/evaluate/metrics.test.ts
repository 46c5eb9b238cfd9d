import { describe, expect, it } from 'vitest'
import { bootstrapRatios, percentile } from '../../src/evaluate/intervals.js'
import { measure } from '../../src/evaluate/measure.js'
import { coverage, difference, type Metrics } from '../../src/evaluate/metrics.js'
import { evaluationSet, type ProtocolOptions } from '../../src/protocol/evaluation-set.js'
import { Rng } from '../../src/core/rng.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { Rule } from '../fixtures/rule.js'

const options: ProtocolOptions = { cutoff: day(10), windowDays: 5, indexSize: 0, history: 'kept', seed: 1 }
const noBootstrap = { bootstrap: { samples: 0, seed: 1 } }

/** The metrics of every level. */
const measured = async (...args: Parameters<typeof measure>): Promise<(Metrics & { level: string })[]> =>
  (await measure(...args)).map(({ level, metrics }) => ({ level, ...metrics }))

/** Scores entries of the item catalog by a rule. */
const scorer = (entries: number, rule: (user: number, entry: number) => number): Rule =>
  new Rule(entries, (q, entry, { users }) => rule(users[q], entry), 'item', 'baseline')

describe('recall', () => {
  // 30 items known by day 1, of advertisers 0, 1, 2 (item % 3) and categories even and odd
  const n = 30
  const catalog = {
    advertisers: Array.from({ length: n }, (_, i) => i % 3),
    categories: Array.from({ length: n }, (_, i) => (i % 2 ? 'odd' : 'even')),
  }
  const seen = Array.from({ length: n }, (_, i): FixtureEvent => [9, i, 1])
  const events: FixtureEvent[] = [
    ...seen,
    [0, 4, 2],
    [0, 4, 11],
    [0, 4, 12],
    [0, 20, 12, 'add_to_cart'],
    [1, 5, 2],
    [1, 5, 11],
    [2, 7, 12], // without history
  ]
  const snapshot = snapshotOf(events, catalog)
  const set = evaluationSet(snapshot, ['item', 'advertiser', 'category'], options)
  // entry e is ranked e + 1 for everyone
  const descending = scorer(n, (_user, entry) => -entry)

  it('is hits over conversions: repeats count, users without history are misses', async () => {
    const [item] = await measured(snapshot, set, descending, noBootstrap)
    expect(item).toMatchObject({ level: 'item', users: 3, positives: 5 })
    // user 0: item 4 twice (rank 5), item 20 (rank 21); user 1: item 5 (rank 6); user 2: a miss
    expect(item.recall).toEqual({ 1: 0, 10: 3 / 5, 50: 4 / 5, 100: 4 / 5, 500: 4 / 5, 1000: 4 / 5 })
    expect(item.recallPerUser['10']).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12)
    expect(item.byType).toEqual({
      checkout: { positives: 4, recall: expect.objectContaining({ 10: 3 / 4 }) },
      add_to_cart: { positives: 1, recall: expect.objectContaining({ 10: 0, 50: 1 }) },
    })
  })

  it('ranks what is new among what is new', async () => {
    // entry 20 comes 11th after ten entries, of which user 0 knows one: 4
    const eleventh = scorer(n, (_user, entry) => (entry === 20 ? 5 : entry < 10 ? 10 : 0))
    const [item] = await measured(snapshot, set, eleventh, noBootstrap)
    // new: item 20 of user 0 (11th of all, 10th of the new) and item 7 of user 2, a miss
    expect(item.positivesNew).toBe(2)
    expect(item.recallNew['10']).toBe(1 / 2)
  })

  it('of a recommender that scores everything alike is 0 at 10 on an index of more than 20', async () => {
    const [item] = await measured(
      snapshot,
      set,
      scorer(n, () => 0.3),
      noBootstrap,
    )
    expect(item.recall['1']).toBe(0)
    expect(item.recall['10']).toBe(0)
    expect(item.recallNew['10']).toBe(0)
  })

  it('scores advertisers and categories by their best item', async () => {
    const levels = await measured(
      snapshot,
      set,
      scorer(n, (_user, entry) => (entry === 5 ? 3 : entry === 4 ? 2 : entry === 3 ? 1 : 0)),
      { ...noBootstrap, above: ['advertiser', 'category'] },
    )
    const [, advertiser, category] = levels
    // advertisers: 2 (by item 5), then 1 (by item 4), then 0; user 0 converts thrice: 1, 1 and 2; user 1 once: 2
    expect(advertiser).toMatchObject({ level: 'advertiser', positives: 5 })
    expect(advertiser.recall['1']).toBe(2 / 5)
    expect(advertiser.recall['10']).toBe(4 / 5)
    // odd is best; even has all of user 0's, odd is user 1's
    expect(category.recall['1']).toBe(1 / 5)
  })

  it('masked: entries of the history are neither ranked nor shown', async () => {
    const masked = evaluationSet(snapshot, ['item'], { ...options, history: 'masked' })
    const [item] = await measured(
      snapshot,
      masked,
      scorer(n, (_user, entry) => (entry === 4 ? 9 : entry === 20 ? 5 : 0)),
      noBootstrap,
    )
    expect(item).toMatchObject({ users: 2, positives: 2 })
    expect(item.recall['1']).toBe(1 / 2)
    expect(item.recall).toEqual(item.recallNew)
  })

  it('of two recommenders differs by what each user gains', async () => {
    const [other] = await measure(
      snapshot,
      set,
      scorer(n, (_user, entry) => entry),
      noBootstrap,
    )
    const [mine] = await measure(snapshot, set, descending, noBootstrap)
    const gain = difference(mine.perUser, other.perUser, 'other', { samples: 100, seed: 1 })
    // ascending: item 4 has rank 26, item 20 rank 10, item 5 rank 25
    expect(gain.recall['10']).toBeCloseTo((2 + 1 - 1) / 5, 12)
    expect(gain.recall['50']).toBe(0)
    expect(gain.interval['50']).toEqual([0, 0])
    expect(gain.interval['10'][0]).toBeLessThanOrEqual(gain.recall['10'])
    expect(difference(mine.perUser, mine.perUser, 'itself', { samples: 100, seed: 1 }).interval['10']).toEqual([0, 0])
  })

  it('refuses a score that is not finite and a recommender of another catalog', async () => {
    await expect(
      measured(
        snapshot,
        set,
        scorer(n, (user, entry) => (user === 1 && entry === 29 ? NaN : 0)),
        noBootstrap,
      ),
    ).rejects.toThrow('finite')
    await expect(
      measured(
        snapshot,
        set,
        scorer(n - 1, () => 0),
        noBootstrap,
      ),
    ).rejects.toThrow('29 entries')
  })
})

describe('coverage', () => {
  it('is the fewest entries that make up 90 % of all results, over the index size', () => {
    // 100 results: 50, 30, 10 make 90
    expect(coverage(Int32Array.of(0, 30, 5, 50, 5, 10, 0, 0, 0, 0), 0.9)).toBe(3 / 10)
    // 91 of 101 are needed: one entry more
    expect(coverage(Int32Array.of(0, 30, 6, 50, 5, 10, 0, 0, 0, 0), 0.9)).toBe(4 / 10)
    expect(coverage(new Int32Array(10).fill(7), 0.9)).toBe(0.9)
  })

  it('of lists that all users share is small, of lists of their own large, under its ceiling', async () => {
    // 40 users with one conversion each, 1000 items: coverage@10 is at most 400 / 1000
    const users = Array.from({ length: 40 }, (_, u): FixtureEvent[] => [
      [u, 0, 1],
      [u, 1, 12],
    ]).flat()
    const snapshot = snapshotOf([...Array.from({ length: 1000 }, (_, i): FixtureEvent => [40, i, 1]), ...users], {
      advertisers: Array(1000).fill(0) as number[],
    })
    const set = evaluationSet(snapshot, ['item'], options)
    const [same] = await measured(
      snapshot,
      set,
      scorer(1000, (_user, entry) => -entry),
      noBootstrap,
    )
    const [apart] = await measured(
      snapshot,
      set,
      scorer(1000, (user, entry) => (Math.floor(entry / 10) === user ? 1 : 0)),
      noBootstrap,
    )
    expect(same.coverageCeiling).toEqual({ 10: 0.4, 100: 1 })
    expect(same.coverage['10']).toBe(0.009)
    expect(apart.coverage['10']).toBe(0.36)
  })
})

describe('bootstrap', () => {
  it('is the same for a seed and another for another', () => {
    const hits = Float64Array.from({ length: 50 }, (_, i) => i % 3)
    const totals = new Float64Array(50).fill(3)
    const run = (seed: number): unknown => bootstrapRatios([hits], totals, 200, seed)
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  it('covers the true ratio in about 95 of 100 samples of users', () => {
    const rng = new Rng(4)
    let covered = 0
    for (let trial = 0; trial < 100; trial++) {
      const totals = Float64Array.from({ length: 200 }, () => 1 + rng.int(9))
      const hits = totals.map((n) =>
        Array.from({ length: n }, () => (rng.uniform() < 0.2 ? 1 : 0) as number).reduce((a, b) => a + b, 0),
      )
      const [[low, high]] = bootstrapRatios([hits], totals, 300, trial)
      if (low <= 0.2 && 0.2 <= high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(88)
    expect(covered).toBeLessThan(100)
  })

  it('has the width of the normal interval: 1.96 standard errors to each side', () => {
    const n = 2000
    const hits = Float64Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const [[low, high]] = bootstrapRatios([hits], new Float64Array(n).fill(1), 2000, 1)
    const error = Math.sqrt((0.25 * 0.75) / n)
    expect(low).toBeCloseTo(0.25 - 1.96 * error, 2)
    expect(high).toBeCloseTo(0.25 + 1.96 * error, 2)
    expect((high - low) / (2 * 1.96 * error)).toBeCloseTo(1, 1)
  })

  it('takes percentiles between neighbours linearly', () => {
    expect(percentile(Float64Array.of(0, 10, 20), 0.25)).toBe(5)
    expect(percentile(Float64Array.of(3), 0.975)).toBe(3)
  })
})
