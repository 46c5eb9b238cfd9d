import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { createPopularity, POPULARITY_COLUMNS, RECENT_DAYS } from '../../src/features/popularity.js'
import { DAY, madeMarket, madeSnapshot, START } from './made-snapshot.js'

const at = (day: number): number => START + day * DAY

describe('popularity', () => {
  const snapshot = madeSnapshot({
    users: 2,
    advertisers: 2,
    items: [{ advertiser: 0 }, { advertiser: 1 }, { advertiser: 1 }, {}],
    events: [
      { user: 0, item: 0, day: 1 },
      { user: 1, item: 0, day: 2, type: 'view' },
      { user: 0, item: 1, day: 2 },
      { user: 0, advertiser: 0, type: 'signup', day: 3 },
      { user: 1, item: 2, day: 40 },
      { user: 1, item: 0, day: 41 },
    ],
  })

  it('counts events up to a moment, the moment itself included', () => {
    const items = createPopularity(snapshot, 'item', at(100))
    expect([0.5, 1, 2, 40, 41].map((day) => items.count(0, at(day)))).toEqual([0, 1, 2, 2, 3])
    expect([1, 2, 40].map((day) => items.total(at(day)))).toEqual([1, 3, 4])
    expect([0, 1, 2, 39, 40].map((day) => items.known(at(day)))).toEqual([0, 1, 2, 2, 3])
    expect(items.count(3, at(100))).toBe(0)
  })

  it('counts a recent window (t - days, t]', () => {
    const items = createPopularity(snapshot, 'item', at(100))
    expect(items.count(0, at(31), 30)).toBe(1)
    expect(items.count(0, at(32), 30)).toBe(0)
    expect(items.total(at(41), 30)).toBe(2)
  })

  it('counts for an advertiser the events of its items and its own', () => {
    const advertisers = createPopularity(snapshot, 'advertiser', at(100))
    expect([advertisers.count(0, at(3)), advertisers.count(1, at(3))]).toEqual([3, 1])
  })

  it('counts users: ever, and those of the last 30 days', () => {
    const items = createPopularity(snapshot, 'item', at(100))
    expect([0.5, 1, 2, 41].map((day) => items.reach(0, at(day)))).toEqual([0, 1, 2, 2])
    // user 0 ceases on day 31, user 1 on day 32 and is back on day 41 until day 71
    expect([1, 2, 30.9, 31, 31.9, 32, 41, 70.9, 71].map((day) => items.recentReach(0, at(day)))).toEqual([
      1, 2, 2, 1, 1, 0, 1, 1, 0,
    ])
  })

  it('gives log shares relative to the average entry', () => {
    const out = new Float32Array(6)
    createPopularity(snapshot, 'item', at(100)).features(0, at(41), out, 2)
    // 5 events of 3 known items, item 0 has 3; since day 11: 2 events, item 0 has 1
    expect(out[2]).toBeCloseTo(Math.log((4 / 8) * 3) / 3, 6)
    expect(out[3]).toBeCloseTo(Math.log((2 / 5) * 3) / 3, 6)
    // 4 pairs of a user and an item, item 0 is in 2; since day 11: 2 pairs, item 0 is in 1
    expect(out[4]).toBeCloseTo(Math.log((3 / 7) * 3) / 3, 6)
    expect(out[5]).toBeCloseTo(Math.log((2 / 5) * 3) / 3, 6)
    expect([out[0], out[1]]).toEqual([0, 0])
  })

  it('is a finite number before anything is known', () => {
    const out = new Float32Array(POPULARITY_COLUMNS).fill(7)
    createPopularity(snapshot, 'item', at(100)).features(0, at(0), out, 0)
    expect([...out]).toEqual([0, 0, 0, 0])
  })

  it('reads no event after the limit, and agrees with counting by hand on random data', () => {
    const market = madeSnapshot(madeMarket(new Rng(3)))
    const limit = at(40)
    const items = createPopularity(market, 'item', limit)
    for (let i = 0; i < market.items; i++) {
      for (const day of [0, 7.25, 20, 39, 40, 60]) {
        let [count, recent] = [0, 0]
        const [reach, recentReach] = [new Set<number>(), new Set<number>()]
        market.eventTime.forEach((time, e) => {
          if (market.eventItem[e] !== i || time > limit || time > at(day)) return
          const user = market.offsets.findLastIndex((offset) => offset <= e)
          count++
          reach.add(user)
          if (time > at(day - 10)) recent++
          if (time > at(day - RECENT_DAYS)) recentReach.add(user)
        })
        expect([items.count(i, at(day)), items.count(i, at(day), 10)]).toEqual([count, recent])
        // a user of the last days before the limit is not known to have ceased, whatever comes after it
        expect([items.reach(i, at(day)), items.recentReach(i, at(day))]).toEqual([reach.size, recentReach.size])
      }
    }
  })
})
