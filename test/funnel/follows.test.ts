import { expect, test } from 'vitest'
import { countFollows, meanLift, noFollows, type Follows } from '../../src/funnel/follows.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const MINUTE = 1 / 1440
const catalog = { advertisers: [0, 0, 0], categories: ['a', 'b', 'c'] }
const view = (user: number, item: number, at: number): FixtureEvent => [user, item, at, 'view']
const buy = (user: number, item: number, at: number): FixtureEvent => [user, item, at]

/** Lift of every category after each, as a table. */
const tableOf = (follows: Follows): number[][] =>
  Array.from({ length: follows.rest.length }, (_, from) => {
    const out = new Float32Array(follows.rest.length)
    meanLift(follows, [from], out)
    return [...out]
  })

test('lifts by hand: what is converted on in the days after the visits that end in a category', () => {
  const snapshot = snapshotOf(
    [
      // a visit that begins with c and ends in a; b twice in the ten days after it counts once, c later does not
      view(0, 2, 1),
      view(0, 0, 1 + 10 * MINUTE),
      buy(0, 1, 5),
      buy(0, 1, 8),
      buy(0, 2, 30),
      // another user: a, then c
      view(1, 0, 1),
      buy(1, 2, 2),
    ],
    catalog,
  )
  // visits end in a (b follows), b (day 5: b), b, c; a (c follows), c: of three that follow two are b, one is c
  const lift = (n: number, of: number, share: number): number => Math.log((n + 20 * share) / (of + 20) / share)
  const [afterA, afterB, afterC] = tableOf(countFollows(snapshot, day(1000), 10))
  const none = (of: number): number => Math.log(20 / (of + 20))
  expect(afterA).toEqual([none(2), lift(1, 2, 2 / 3), lift(1, 2, 1 / 3)].map((x) => expect.closeTo(x, 5)))
  expect(afterB).toEqual([none(1), lift(1, 1, 2 / 3), none(1)].map((x) => expect.closeTo(x, 5)))
  expect(afterC).toEqual([0, 0, 0])
})

test('nothing after the moment is seen', () => {
  const events = [view(0, 0, 1), buy(0, 1, 5), view(0, 1, 7), buy(0, 2, 9)]
  const early = countFollows(snapshotOf(events.slice(0, 3), catalog), day(1000), 10)
  expect(countFollows(snapshotOf(events, catalog), day(8), 10)).toEqual(early)
})

test('the mean over several; with none, or where nothing is known, 0', () => {
  const follows = countFollows(snapshotOf([view(0, 0, 1), buy(0, 1, 5), buy(0, 2, 6)], catalog), day(1000), 10)
  const table = tableOf(follows)
  const out = new Float32Array(3)
  meanLift(follows, [0, 1], out)
  expect([...out]).toEqual([0, 1, 2].map((c) => expect.closeTo((table[0][c] + table[1][c]) / 2, 6)))
  meanLift(follows, [], out)
  expect([...out]).toEqual([0, 0, 0])
  meanLift(noFollows(3), [0, 1], out)
  expect([...out]).toEqual([0, 0, 0])
})
