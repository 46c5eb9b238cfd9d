import { describe, expect, it } from 'vitest'
import { eventGroups, explain, leaveOut, type History } from '../../src/evaluate/influence.js'
import { day, snapshotOf } from '../fixtures/histories.js'
import { Rule } from '../fixtures/rule.js'

// user 1: item 0 on days 1, 3 and 5; item 1 and 2 in one basket with it on day 3; a signup at advertiser 1 on day 4
const snapshot = snapshotOf(
  [
    [0, 3, 1],
    [1, 0, 1],
    [1, 0, 3],
    [1, 1, 3],
    [1, 2, 3],
    [1, -1, 4, 'signup', 1],
    [1, 0, 5],
  ],
  { advertisers: [0, 0, 0, 0] },
)
const history: History = { events: snapshot, user: 1, end: snapshot.offsets[2] }
const items = (rows: number[]): number[] => rows.map((row) => snapshot.eventItem[row])

describe('groups of events to leave out', () => {
  it('are all events of an item, the latest group first; a signup stands for its advertiser', () => {
    const groups = eventGroups(history, 'item', 100)
    expect(groups.map(items)).toEqual([[0, 0, 0], [-1], [2], [1]])
  })

  it('or of one moment', () => {
    expect(eventGroups(history, 'basket', 100).map(items)).toEqual([[0], [-1], [0, 1, 2], [0]])
  })

  it('have an event that the model reads, or are asked for; repeats lie further back, too', () => {
    expect(eventGroups(history, 'item', 2).map(items)).toEqual([[0, 0, 0], [-1]])
    expect(eventGroups(history, 'item', 2, [1, 3]).map(items)).toEqual([[0, 0, 0], [-1], [1]])
  })
})

describe('leaving events out', () => {
  const groups = eventGroups(history, 'item', 100)

  it('makes a user of each: the whole history first, then one without each group, all in order of time', () => {
    const moment = day(6)
    const queries = leaveOut(history, groups, moment)
    const { events: made } = queries
    expect(queries.moment).toBe(moment)
    const of = (v: number): number[][] =>
      Array.from({ length: queries.ends[v] - made.offsets[v] }, (_, i) => [
        made.eventItem[made.offsets[v] + i],
        (made.eventTime[made.offsets[v] + i] - day(0)) / 86_400,
      ])
    expect(made.users).toBe(5)
    expect(of(0)).toEqual([
      [0, 1],
      [0, 3],
      [1, 3],
      [2, 3],
      [-1, 4],
      [0, 5],
    ])
    expect(of(1)).toEqual([
      [1, 3],
      [2, 3],
      [-1, 4],
    ])
    expect(of(3)).toEqual([
      [0, 1],
      [0, 3],
      [1, 3],
      [-1, 4],
      [0, 5],
    ])
  })

  it('tells how score and place change, the strongest pull first', async () => {
    const variants = leaveOut(history, groups, day(6))
    // entry e scores its events in the history; entry 3 two whatever happens, entry 1 half a point less for every event
    // of entry 2
    const recommender = new Rule(4, (q, entry, { events, users, ends }) => {
      const counts = [0, 0, 0, 2]
      for (let e = events.offsets[users[q]]; e < ends[q]; e++)
        if (events.eventItem[e] >= 0) counts[events.eventItem[e]]++
      counts[1] -= counts[2] / 2
      return counts[entry]
    })
    const [zero, one] = await explain(variants, recommender, Int32Array.of(0, 1))
    expect(zero).toEqual({
      entry: 0,
      score: 3,
      rank: 1,
      pulls: [
        // without them it ties with nothing below: 3 is first with 2, then 2 with 1, then 1 with .5
        { group: 0, pull: 3, rankWithout: 4 },
        { group: 1, pull: 0, rankWithout: 1 },
        { group: 2, pull: 0, rankWithout: 1 },
        { group: 3, pull: 0, rankWithout: 1 },
      ],
    })
    expect([one.score, one.rank]).toEqual([0.5, 4])
    // its own event pulls it up by one; the event of entry 2 pushes it down
    expect(one.pulls[0]).toEqual({ group: 3, pull: 1, rankWithout: 4 })
    expect(one.pulls.at(-1)).toEqual({ group: 2, pull: -0.5, rankWithout: 3 })
    const [among] = await explain(variants, recommender, Int32Array.of(1), Int32Array.of(0, 3))
    expect(among.rank).toBe(2)
  })
})
