import { describe, expect, it } from 'vitest'
import { evaluationSet, protocolOf, sampleQueries, type ProtocolOptions } from '../../src/protocol/evaluation-set.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const options: ProtocolOptions = { cutoff: day(10), windowDays: 5, indexSize: 0, history: 'kept', seed: 1 }
// items 0 1 2 known by day 10, item 3 only after it
const catalog = { advertisers: [0, 0, 1, 1] }
const events: FixtureEvent[] = [
  [0, 0, 1],
  [0, 1, 10], // the cutoff itself belongs to the history
  [0, 0, 11],
  [0, 0, 12],
  [0, 2, 12, 'add_to_cart'],
  [0, 2, 13],
  [0, 3, 15],
  [0, 1, 14, 'view'],
  [0, 2, 16], // after the window
  [1, 2, 3],
  [1, 1, 12, 'view'], // no conversion in the window
  [2, 0, 11],
  [2, 0, 12, 'add_to_cart'], // no history
  [3, 2, 2, 'view'],
  [3, -1, 12, 'signup', 1],
  [3, 2, 15], // the end of the window belongs to it
]
const snapshot = snapshotOf(events, catalog)
const positivesOf = (set: NonNullable<ReturnType<typeof evaluationSet>['levels']['item']>, q: number): number[][] => {
  const rows: number[][] = []
  for (let p = set.offsets[q]; p < set.offsets[q + 1]; p++)
    rows.push([set.positives[p], set.types[p], set.counts[p], set.fresh[p]])
  return rows
}

describe('the temporal split', () => {
  const set = evaluationSet(snapshot, ['item', 'advertiser'], options)
  const item = set.levels.item!

  it('asks about users with a history by the cutoff and conversions in the window after it', () => {
    expect([...set.queries.users]).toEqual([0, 3])
    expect([...set.queries.ends]).toEqual([snapshot.offsets[0] + 2, snapshot.offsets[3] + 1])
  })

  it('counts repeats, tells types apart, and takes an item unknown at the cutoff as a miss', () => {
    expect([...item.catalog.ids]).toEqual([0, 1, 2])
    // entry, type (1 = cart, 2 = checkout), conversions, new to the user
    expect(positivesOf(item, 0)).toEqual([
      [0, 2, 2, 0],
      [2, 1, 1, 1],
      [2, 2, 1, 1],
      [-1, 2, 1, 1],
    ])
  })

  it('takes what was only viewed before as known, and a signup as no item', () => {
    expect(positivesOf(item, 1)).toEqual([[2, 2, 1, 0]])
    expect([...item.known.subarray(item.knownOffsets[1], item.knownOffsets[2])]).toEqual([2])
  })

  it('counts a signup as a conversion of its advertiser', () => {
    const advertiser = set.levels.advertiser!
    expect([...advertiser.catalog.ids]).toEqual([0, 1])
    expect(positivesOf(advertiser, 1)).toEqual([
      [1, 3, 1, 0],
      [1, 2, 1, 0],
    ])
  })

  it('reports users without history and their conversions by type', () => {
    expect(item.missed.users).toBe(1)
    expect([...item.missed.byType.subarray(0, 4)]).toEqual([0, 1, 1, 0])
  })

  it('finds only what is new where the history is masked', () => {
    const masked = evaluationSet(snapshot, ['item'], { ...options, history: 'masked' })
    expect(positivesOf(masked.levels.item!, 0)).toEqual([
      [2, 1, 1, 1],
      [2, 2, 1, 1],
      [-1, 2, 1, 1],
    ])
    expect(positivesOf(masked.levels.item!, 1)).toEqual([])
  })

  it('says what to do when nobody converts in the window', () => {
    expect(() => evaluationSet(snapshot, ['item'], { ...options, cutoff: day(20) })).toThrow('No user with a history')
  })
})

describe('a sampled index', () => {
  // 200 items seen on day 1; user 0 converts on items 150 and 151 in the window
  const many: FixtureEvent[] = [
    ...Array.from({ length: 200 }, (_, i): FixtureEvent => [1, i, 1]),
    [0, 0, 1],
    [0, 150, 11],
    [0, 151, 12],
  ]
  const large = snapshotOf(many, { advertisers: Array(200).fill(0) as number[] })

  it('has N entries and the absent positives, the same ones for a seed', () => {
    const draw = (seed: number): number[] => [
      ...evaluationSet(large, ['item'], { ...options, indexSize: 20, seed }).levels.item!.catalog.ids,
    ]
    const ids = draw(1)
    expect(ids).toEqual(expect.arrayContaining([150, 151]))
    expect(ids.length).toBeGreaterThanOrEqual(20)
    expect(ids.length).toBeLessThanOrEqual(22)
    expect(draw(1)).toEqual(ids)
    expect(draw(2)).not.toEqual(ids)
  })

  it('is the whole catalog when it is asked for more than there is', () => {
    expect(evaluationSet(large, ['item'], { ...options, indexSize: 5000 }).levels.item!.catalog.size).toBe(200)
  })
})

describe('the protocol hash', () => {
  it('changes with everything that makes numbers incomparable', () => {
    const changed = [
      { cutoff: day(11) },
      { windowDays: 6 },
      { indexSize: 10 },
      { history: 'masked' as const },
      { seed: 2 },
    ]
    const hashes = [{}, ...changed].map((change) => protocolOf({ ...options, ...change }).hash)
    expect(new Set(hashes).size).toBe(6)
  })
})

describe('a sample of the queries', () => {
  it('keeps each user with all that belongs to it', () => {
    const many: FixtureEvent[] = Array.from({ length: 30 }, (_, u): FixtureEvent[] => [
      [u, u % 3, 1],
      [u, (u + 1) % 3, 2],
      ...(u % 2 ? [[u, 2, 11] as FixtureEvent] : []),
      [u, u % 3, 12],
    ]).flat()
    const all = evaluationSet(snapshotOf(many, catalog), ['item'], options)
    const some = sampleQueries(all, 7, 3)
    expect(some.queries.users.length).toBe(7)
    some.queries.users.forEach((user, q) => {
      const whole = all.levels.item!
      const at = all.queries.users.indexOf(user)
      expect(some.queries.ends[q]).toBe(all.queries.ends[at])
      expect(positivesOf(some.levels.item!, q)).toEqual(positivesOf(whole, at))
      const sub = some.levels.item!
      expect([...sub.known.subarray(sub.knownOffsets[q], sub.knownOffsets[q + 1])]).toEqual([
        ...whole.known.subarray(whole.knownOffsets[at], whole.knownOffsets[at + 1]),
      ])
    })
  })
})
