import { describe, expect, test } from 'vitest'
import { catalogAt } from '../../src/protocol/catalog.js'
import { meanGap, readPairs } from '../../src/retrieve/pairs.js'
import { DueRepeats, RepeatTimes, repeatGroups, repeatTables } from '../../src/retrieve/repeat-times.js'
import { DAY, day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const queriesOf = (snapshot: ReturnType<typeof snapshotOf>, user: number, moment: number) => {
  let end = snapshot.offsets[user]
  while (end < snapshot.offsets[user + 1] && snapshot.eventTime[end] <= moment) end++
  return { events: snapshot, users: Int32Array.of(user), ends: Int32Array.of(end), moment }
}

describe('pairs', () => {
  test('count events, conversions by moment, and what came last', () => {
    const snapshot = snapshotOf(
      [
        [0, 0, 1, 'view'],
        [0, 0, 2, 'add_to_cart'],
        [0, 0, 2, 'checkout'],
        [0, 0, 12, 'checkout'],
        [0, 0, 32, 'checkout'],
        [0, 0, 40, 'view'],
        [0, 1, 41, 'add_to_cart'],
      ],
      { advertisers: [0, 0] },
    )
    const pairs = readPairs(queriesOf(snapshot, 0, day(50)), 0, catalogAt(snapshot, 'item', day(50)))
    const first = pairs.get(0)!
    expect(first).toMatchObject({ events: 6, conversions: 3, state: 0, last: day(40), lastConversion: day(32) })
    // 2, 12, 32: thirty days in two gaps
    expect(meanGap(first)).toBe(15)
    expect(first.decayed).toBeCloseTo(
      [1, 2, 2, 12, 32, 40].reduce((sum, d) => sum + 2 ** (-(50 - d) / 30), 0),
      9,
    )
    expect(pairs.get(1)).toMatchObject({ events: 1, conversions: 1, state: 1 })
  })
})

/** Ten users who buy item 0 every `period` days, each from a day of their own, and look at item 1 once. */
function rhythm(period: number, until: number): FixtureEvent[] {
  const events: FixtureEvent[] = []
  for (let user = 0; user < 40; user++) {
    for (let d = user % period; d < until; d += period) events.push([user, 0, d])
    events.push([user, 1, user % period, 'view'])
  }
  return events
}

describe('repeat times', () => {
  test('what is bought every sixty days is due after sixty, not after one', () => {
    const snapshot = snapshotOf(rhythm(60, 400), { advertisers: [0, 0] })
    const t = day(390)
    const catalog = catalogAt(snapshot, 'item', t)
    const times = new RepeatTimes(repeatTables(snapshot, catalog, repeatGroups(snapshot, catalog), t, 7))
    const { last: _, ...pair } = readPairs(queriesOf(snapshot, 0, t), 0, catalog).get(0)!
    const after = (days: number): number =>
      times.expected(0, { ...pair, last: t, lastConversion: t, firstConversion: t - 360 * DAY }, t + days * DAY)
    expect(after(58)).toBeGreaterThan(10 * after(1))
    expect(after(58)).toBeGreaterThan(5 * after(20))
  })

  test('nothing after t is seen', () => {
    const events = rhythm(30, 300)
    const t = day(200)
    const whole = snapshotOf(events, { advertisers: [0, 0] })
    const cut = snapshotOf(
      events.filter(([, , d]) => d <= 200),
      { advertisers: [0, 0] },
    )
    const tables = [whole, cut].map((snapshot) => {
      const catalog = catalogAt(snapshot, 'item', t)
      return repeatTables(snapshot, catalog, repeatGroups(snapshot, catalog), t, 14)
    })
    expect(tables[0]).toEqual(tables[1])
  })

  test('as a baseline: what is due first, others nothing', async () => {
    const snapshot = snapshotOf(rhythm(30, 300), { advertisers: [0, 0] })
    const t = day(290)
    const catalog = catalogAt(snapshot, 'item', t)
    const due = new DueRepeats(snapshot, catalog, repeatGroups(snapshot, catalog), t, 14)
    const lists = await due.list(queriesOf(snapshot, 3, t), 2)
    expect([...lists.entries]).toEqual([0, 1])
    expect(lists.scores[0]).toBeGreaterThan(20 * lists.scores[1])
  })
})
