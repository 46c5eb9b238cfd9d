import { describe, expect, it } from 'vitest'
import { dotProducts } from '../../src/ann/dot-products.js'
import { Rng } from '../../src/core/rng.js'
import type { Recommender } from '../../src/retrieve/recommender.js'
import { TowerRecommender } from '../../src/retrieve/towers.js'
import { unitVector } from '../embed/counting-tower.js'
import { day, queriesAt, snapshotOf } from '../fixtures/histories.js'
import { Rule } from '../fixtures/rule.js'

const snapshot = snapshotOf(
  [
    [0, 0, 1],
    [1, 1, 2],
    [2, 2, 3],
  ],
  { advertisers: [0, 0, 0] },
)
const queries = queriesAt(snapshot, day(9))

/** The list of every query, as pairs of entry and score. */
async function lists(
  recommender: Recommender,
  k: number,
  options?: Parameters<Recommender['list']>[2],
): Promise<[entry: number, score: number][][]> {
  const { counts, entries, scores } = await recommender.list(queries, k, options)
  expect([entries.length, scores.length]).toEqual([3 * k, 3 * k])
  return Array.from(counts, (n, q) => {
    // what a list lacks is no entry with no score, never entry 0
    expect([...entries.subarray(q * k + n, (q + 1) * k)]).toEqual(Array(k - n).fill(-1))
    expect([...scores.subarray(q * k + n, (q + 1) * k)]).toEqual(Array(k - n).fill(NaN))
    return Array.from({ length: n }, (_, i): [number, number] => [entries[q * k + i], scores[q * k + i]])
  })
}

describe('the list of a recommender that scores every entry', () => {
  it('of towers has the entries of highest cosine for each user, best first', async () => {
    const d = 8
    const entries = Array.from({ length: 50 }, (_, e) => unitVector(d, 1, e))
    const users = Array.from({ length: 3 }, (_, u) => unitVector(d, 2, u))
    const flat = (rows: Float32Array[]): Float32Array => Float32Array.from(rows.flatMap((row) => [...row]))
    const encodeUsers = async (): Promise<Float32Array> => flat(users)
    const towers = new TowerRecommender('t', 'advertiser', { encodeUsers }, flat(entries), await dotProducts(d))
    expect(towers.isExact()).toBe(true)
    const found = await lists(towers, 5)
    users.forEach((user, u) => {
      const cosines = entries.map((entry) => entry.reduce((sum, x, i) => sum + x * user[i], 0))
      const best = cosines
        .map((_, e) => e)
        .sort((a, b) => cosines[b] - cosines[a])
        .slice(0, 5)
      expect(found[u].map(([entry]) => entry)).toEqual(best)
      best.forEach((e, i) => expect(found[u][i][1]).toBeCloseTo(cosines[e], 5))
    })
  })

  it('has all entries where there are fewer than asked for', async () => {
    const rule = new Rule(2, (q, e) => q * e)
    expect(await lists(rule, 4, { seed: 1 })).toEqual([
      expect.arrayContaining([
        [0, 0],
        [1, 0],
      ]),
      [
        [1, 1],
        [0, 0],
      ],
      [
        [1, 2],
        [0, 0],
      ],
    ])
  })

  it('is the first of all entries sorted by score, less what a query is not to be shown', async () => {
    const rng = new Rng(5)
    const E = 1000
    const scores = Array.from({ length: 3 }, () => Float32Array.from({ length: E }, () => rng.normal()))
    const without = [[], [3, 999, 0], Array.from({ length: 995 }, (_, i) => i)]
    const found = await lists(new Rule(E, (q, e) => scores[q][e]), 10, { without: (q) => without[q] })
    found.forEach((list, q) => {
      const left = Array.from({ length: E }, (_, e) => e).filter((e) => !without[q].includes(e))
      const best = left.sort((a, b) => scores[q][b] - scores[q][a]).slice(0, 10)
      expect(list).toEqual(best.map((e) => [e, scores[q][e]]))
    })
    expect(found.map((list) => list.length)).toEqual([10, 10, 5])
  })

  it('orders equal scores by the seed, not by the number of the entry', async () => {
    const alike = new Rule(400, () => 0.25)
    const order = async (seed: number): Promise<number[]> =>
      (await lists(alike, 400, { seed }))[0].map(([entry]) => entry)
    const [one, again, two] = [await order(1), await order(1), await order(2)]
    expect(again).toEqual(one)
    expect(two).not.toEqual(one)
    for (const list of [one, two]) {
      expect(list.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, e) => e))
      // in an order that knows nothing of the numbers, the mean of the first 200 is 199.5, its standard error 5.8
      expect(Math.abs(list.slice(0, 200).reduce((a, b) => a + b) / 200 - 199.5)).toBeLessThan(4 * 5.8)
    }
  })

  it('refuses a score that is not finite', async () => {
    await expect(new Rule(5, (q, e) => (q === 1 && e === 3 ? NaN : 0)).list(queries, 2)).rejects.toThrow('entry 3')
  })
})
