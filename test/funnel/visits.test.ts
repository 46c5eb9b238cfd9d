import { expect, test } from 'vitest'
import { latestVisits } from '../../src/funnel/visits.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { queriesAt } from '../fixtures/histories.js'

const MINUTE = 1 / 1440
/** Items 0 and 1 of a, 2 and 3 of b, 4 of no category. */
const catalog = { advertisers: [0, 0, 1, 1, 2], categories: ['a', 'a', 'b', 'b', ''] }

const visitsOf = (...events: [item: number, day: number][]) => {
  const snapshot = snapshotOf(
    events.map(([item, at]): FixtureEvent => [0, item, at, item < 0 ? 'signup' : 'view']),
    catalog,
  )
  return latestVisits(queriesAt(snapshot, day(1000)), snapshot)
}

test('the last visit, and the last three', () => {
  const visits = visitsOf(
    [3, 1],
    [0, 2],
    [2, 3],
    [2, 3 + 20 * MINUTE],
    // half an hour later: the same visit; more: another
    [0, 4],
    [0, 4 + 30 * MINUTE],
    [2, 4 + 60 * MINUTE],
    [1, 4 + 61 * MINUTE],
    [2, 4 + 62 * MINUTE],
  )
  expect(visits.items).toEqual([2, 1, 0, 3])
  // b, a, b, a, b, a, ...: five of them
  expect(visits.categories).toEqual([1, 0, 1, 0, 1])
  expect(visits.events).toBe(5)
  expect([...visits.ofItem].sort()).toEqual([
    [0, 2],
    [1, 1],
    [2, 2],
  ])
  expect([...visits.ofAdvertiser].sort()).toEqual([
    [0, 3],
    [1, 2],
  ])
  // places 0, 1/4, 3/4 of a and 1/2, 1 of b
  expect([...visits.ofCategory].sort()).toEqual([
    [0, { events: 3, place: 1 / 3 }],
    [1, { events: 2, place: 0.75 }],
  ])
  expect(visits.eventsOfThree).toBe(8)
  expect([...visits.ofThree].sort()).toEqual([
    [0, 4],
    [1, 4],
  ])
})

test('what is about no item is passed over, what has no category counts as an event', () => {
  const visits = visitsOf([0, 1], [4, 2], [-1, 3])
  expect(visits.items).toEqual([4, 0])
  expect(visits.categories).toEqual([0])
  expect(visits).toMatchObject({ events: 1, eventsOfThree: 2 })
  expect([...visits.ofCategory]).toEqual([[-1, { events: 1, place: 0.5 }]])
})
