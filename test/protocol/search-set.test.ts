import { describe, expect, it } from 'vitest'
import { searchSet } from '../../src/protocol/search-set.js'
import { DAY, madeSnapshot, START, type MadeEvent } from '../features/made-snapshot.js'

const items = [{ category: 'A/B' }, { category: 'C' }, { category: 'C', launched: 0 }, { launched: 11 }]
const made = (events: MadeEvent[]) => madeSnapshot({ users: 4, items, events })
/** The cutoff is 10 days after the start. */
const protocol = { cutoff: START + 10 * DAY, windowDays: 20, indexSize: 0, history: 'kept', seed: 1 } as const

describe('what is bought after searches', () => {
  const snapshot = made([
    // bought on the day of the search, but before it
    { user: 0, item: 1, day: 1 },
    { user: 0, item: 2, day: 12.1 },
    { user: 0, item: 0, type: 'search', day: 12.5 },
    { user: 0, item: 1, type: 'view', day: 13 },
    { user: 0, item: 1, type: 'add_to_cart', day: 13.5 },
    { user: 0, item: 1, day: 13.5 },
    { user: 0, item: 3, day: 14 },
    // too late
    { user: 0, item: 2, day: 20 },
    // the second search ends what follows the first; nothing follows the third
    { user: 1, item: 0, day: 2 },
    { user: 1, item: 0, type: 'search', day: 15.5 },
    { user: 1, item: 1, day: 16 },
    { user: 1, item: 1, type: 'search', day: 17 },
    { user: 1, item: 2, day: 18 },
    { user: 1, item: 2, type: 'search', day: 19 },
    // no history by the midnight before
    { user: 2, item: 0, type: 'search', day: 14.2 },
    { user: 2, item: 0, day: 14.3 },
    // before the cutoff, and after the window
    { user: 3, item: 0, type: 'search', day: 9 },
    { user: 3, item: 0, day: 9.1 },
    { user: 3, item: 0, type: 'search', day: 31 },
    { user: 3, item: 0, day: 31.1 },
  ])
  const set = searchSet(snapshot, 7, protocol)
  const path = (...names: string[]): number[] => names.map((name) => snapshot.categories.indexOf(name))

  it('is, by hand: a query a search that is followed, with what follows it', () => {
    expect(set.searches).toBe(5)
    expect([...set.queries.users]).toEqual([0, 1, 1])
    const { offsets, positives, counts } = set.levels.item!
    const of = (q: number): [number, number][] =>
      Array.from({ length: offsets[q + 1] - offsets[q] }, (_, i) => [positives[offsets[q] + i], counts[offsets[q] + i]])
    // the cart and the checkout of item 1 are two; item 3 came after the cutoff, a miss
    expect([of(0), of(1), of(2)]).toEqual([
      [
        [1, 1],
        [1, 1],
        [-1, 1],
      ],
      [[1, 1]],
      [[2, 1]],
    ])
  })

  it('is asked with the history up to the midnight before, or with that up to the search', () => {
    const events = ({ users, ends }: typeof set.queries): number[] =>
      Array.from(users, (user, q) => ends[q] - snapshot.offsets[user])
    // the second search of the second user falls on a midnight: the one before it counts
    expect(events(set.queries)).toEqual([1, 1, 3])
    expect(events(set.anew)).toEqual([3, 2, 4])
    expect([...(set.queries.moment as Float64Array)]).toEqual([12, 15, 16].map((day) => START + day * DAY))
    expect([...(set.anew.moment as Float64Array)]).toEqual([12.5, 15.5, 17].map((day) => START + day * DAY))
  })

  it('is told what is searched, and what will be bought', () => {
    expect(set.searched.map(({ categories }) => categories)).toEqual([path('A', 'A/B'), path('A', 'A/B'), path('C')])
    expect(set.bought.map(({ categories }) => categories)).toEqual([path('C'), path('C'), path('C')])
  })

  it('is refused where there is none', () => {
    expect(() => searchSet(made([{ user: 0, item: 0, day: 12 }]), 7, protocol)).toThrow(/There is no search between/)
    const alone = made([
      { user: 0, item: 0, day: 1 },
      { user: 0, item: 0, type: 'search', day: 12 },
    ])
    expect(() => searchSet(alone, 7, protocol)).toThrow(/None of 1 searches is followed/)
  })
})
