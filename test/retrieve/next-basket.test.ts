import { describe, expect, it } from 'vitest'
import { catalogAt } from '../../src/protocol/catalog.js'
import type { Queries } from '../../src/protocol/queries.js'
import { basketsOf } from '../../src/retrieve/baskets.js'
import type { Recommender } from '../../src/retrieve/recommender.js'
import { TifuKnn } from '../../src/retrieve/tifu-knn.js'
import { UpCf } from '../../src/retrieve/up-cf.js'
import { day, queriesAt, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const t = day(40)
// a visit a day. User 0: {0, 1} {0} {2}; user 1: {0} {3}; user 2: {3}; user 3 begins after t
const events: FixtureEvent[] = [
  [0, 0, 1],
  [0, 1, 1],
  [0, 0, 1, 'view'],
  [0, 0, 5],
  [0, 2, 9],
  [1, 0, 2],
  [1, 3, 7],
  [2, 3, 4],
  [0, 3, 41],
  [3, 0, 42],
  [3, 3, 43],
]
const catalog = { advertisers: [0, 0, 1, 1] }
const snapshot = snapshotOf(events, catalog)
const items = catalogAt(snapshot, 'item', t)

async function rows(recommender: Recommender, queries: Queries): Promise<number[][]> {
  const n = queries.users.length
  const out = new Float32Array(n * recommender.entries)
  await recommender.score(queries, 0, n, out)
  return Array.from({ length: n }, (_, q) => [...out.subarray(q * recommender.entries, (q + 1) * recommender.entries)])
}

function expectRows(found: number[][], right: number[][]): void {
  expect(found.map((row) => row.map((x) => x.toFixed(6)))).toEqual(right.map((row) => row.map((x) => x.toFixed(6))))
}

describe('baskets', () => {
  it('are visits: half an hour without an event ends one, and an entry is in it once', () => {
    const minute = 1 / 24 / 60
    const { offsets, ...visits } = snapshotOf(
      [
        [0, 0, 1],
        [0, 1, 1 + 20 * minute],
        [0, 0, 1 + 50 * minute],
        [0, -1, 1 + 90 * minute, 'signup', 0],
        [0, 2, 1 + 130 * minute],
      ],
      catalog,
    )
    const of = { ...visits, offsets }
    // the signup is a visit about no item
    expect(basketsOf(of, catalogAt(of, 'item', t), 0, offsets[1])).toEqual([[0, 1], [2]])
    expect(basketsOf(of, catalogAt(of, 'advertiser', t), 0, offsets[1])).toEqual([[0], [0], [1]])
    expect(basketsOf(of, catalogAt(of, 'item', t), 0, 2)).toEqual([[0, 1]])
  })
})

describe('TIFU-KNN', () => {
  const options = { groups: 2, withinGroup: 0.5, acrossGroups: 0.8, neighbours: 1, own: 0.7 }

  it('is the vectors and the mixture of the paper, by hand', async () => {
    const knn = new TifuKnn(snapshot, items, t, options)
    // user 0: groups ({0,1}) and ({0}, {2}): .8 / 2 * {0,1}, 1/2 * (.5 {0} + {2}) / 2
    const a = [0.4 + 0.125, 0.4, 0.25, 0]
    // user 1: groups ({0}) and ({3}); user 2: one group
    const b = [0.4, 0, 0, 0.5]
    const c = [0, 0, 0, 1]
    // squared distances: a b .0156 + .16 + .0625 + .25 = .488; a c 1.498; b c .16 + .25 = .41
    const mixed = (own: number[], near: number[]): number[] => own.map((x, i) => 0.7 * x + 0.3 * near[i])
    expectRows(await rows(knn, queriesAt(snapshot, t, [0, 1, 2])), [mixed(a, b), mixed(b, c), mixed(c, b)])
  })

  it('takes the mean of several neighbours, and of equal ones the first', async () => {
    const twins = snapshotOf([...events, [4, 3, 4]], catalog)
    const knn = new TifuKnn(twins, catalogAt(twins, 'item', t), t, { ...options, neighbours: 2 })
    // of user 1 both users 2 and 4 are nearest; of user 2 it is 4 and then 1
    const [one, two] = await rows(knn, queriesAt(twins, t, [1, 2]))
    expectRows(
      [one, two],
      [
        [0.28, 0, 0, 0.35 + 0.3],
        [0.3 * 0.2, 0, 0, 0.7 + 0.3 * 0.75],
      ],
    )
  })

  it('reads a history that is none of its users', async () => {
    const knn = new TifuKnn(snapshot, items, t, options)
    const made = snapshotOf([[0, 3, 39]], catalog)
    // its nearest is user 2, who is as it is
    expectRows(await rows(knn, queriesAt(made, t)), [[0, 0, 0, 1]])
  })
})

describe('UP-CF', () => {
  const options = { recent: 2, locality: 2, asymmetry: 0.25 }

  it('is the sum of similar users of the paper, by hand', async () => {
    const cf = new UpCf(snapshot, items, t, options)
    // what is popular: 0 of 0's last two baskets {0} {2}; met: 0 {0,1,2}, 1 {0,3}, 2 {3}
    const popular = [
      [0.5, 0, 0.5, 0],
      [0.5, 0, 0, 0.5],
      [0, 0, 0, 1],
    ]
    const weight = (shared: number, u: number, v: number): number => (shared / (u ** 0.25 * v ** 0.75)) ** 2
    const sum = (weights: number[]): number[] =>
      popular[0].map((_, i) => weights.reduce((s, w, v) => s + w * popular[v][i], 0))
    expectRows(await rows(cf, queriesAt(snapshot, t, [0, 1, 2])), [
      sum([1, weight(1, 3, 2), 0]),
      sum([weight(1, 2, 3), 1, weight(1, 2, 1)]),
      sum([0, weight(1, 1, 2), 1]),
    ])
  })

  it('knows of a user only the history that is asked about', async () => {
    const cf = new UpCf(snapshot, items, t, options)
    // on day 5 user 0 has met {0,1} {0}
    const [row] = await rows(cf, queriesAt(snapshot, day(5), [0]))
    const near = (1 / (2 ** 0.25 * 2 ** 0.75)) ** 2
    expectRows([row], [[1 + near * 0.5, 0.5, 0, near * 0.5]])
    expectRows(await rows(cf, queriesAt(snapshotOf([[0, 2, 1]], catalog), t)), [
      [0.5 * (1 / 3 ** 0.75) ** 2, 0, 1 + 0.5 * (1 / 3 ** 0.75) ** 2, 0],
    ])
  })
})

it.each([
  ['TIFU-KNN', TifuKnn],
  ['UP-CF', UpCf],
])('%s knows nothing after the moment', async (_name, Made) => {
  const before = snapshotOf(events.slice(0, 8), catalog)
  const of = (data: typeof before): Promise<number[][]> =>
    rows(new Made(data, catalogAt(data, 'item', t), t), queriesAt(data, t, [0, 1, 2]))
  expect(await of(snapshot)).toEqual(await of(before))
})
