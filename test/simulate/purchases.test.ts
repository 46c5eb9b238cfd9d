import { describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/features/snapshot.js'
import type { OwnEvents } from '../../src/simulate/organic-life.js'
import { OwnPurchases, PendingPurchases, type Pending } from '../../src/simulate/purchases.js'

const pending = (time: number, item = 0, substitutes = 0): Pending => ({
  ...{ time, user: 0, item, campaign: 0, price: 0, substitutes, found: [] },
  shown: {
    ...{ user: 0, arm: 0, ad: 0, time: 0, place: 0, propensity: 1, spend: 0 },
    ...{ noticed: true, clicked: true, converted: false, incremental: false },
  },
})

describe('purchases to come', () => {
  test('come in order of time, of one moment in the order in which they were made', () => {
    const queue = new PendingPurchases()
    for (const [time, item] of [
      [5, 1],
      [2, 2],
      [5, 3],
      [9, 4],
    ])
      queue.add(pending(time, item))
    expect(queue.until(1)).toEqual([])
    expect(queue.until(5).map(({ item }) => item)).toEqual([2, 1, 3])
    expect(queue.until(9).map(({ item }) => item)).toEqual([4])
  })
})

describe('a purchase by an ad', () => {
  // items 0 and 1 of one category, 2 of another; bought at 10 (0), 20 (1), 30 (2), and 1 looked at at 40
  const own: OwnEvents = {
    item: Int32Array.of(0, 1, 2, 1),
    advertiser: Int32Array.of(0, 0, 0, 0),
    type: Uint8Array.from(['checkout', 'checkout', 'checkout', 'view'], (t) =>
      EVENT_TYPES.indexOf(t as (typeof EVENT_TYPES)[number]),
    ),
    domain: new Uint8Array(4),
    time: Float64Array.of(10, 20, 30, 40),
  }
  const purchases = () => new OwnPurchases([own], [0, 0, 1])

  test('of what they would have bought later stands for that, once', () => {
    const one = purchases()
    expect(one.standsFor(pending(15, 1, 0.9), 0.3)).toBe(true)
    expect([0, 1, 2, 3].map((e) => one.isDisplaced(0, e))).toEqual([false, true, false, false])
    expect(one.standsFor(pending(16, 1, 0.9), 0.3)).toBe(false)
  })

  test('of what they have bought already is new, and so is what they only look at later', () => {
    expect(purchases().standsFor(pending(15, 0, 0.9), 0.3)).toBe(false)
    expect(purchases().standsFor(pending(35, 1, 0.9), 0.3)).toBe(false)
  })

  test('of another item of the category stands for the next one there as often as the knob says', () => {
    const one = purchases()
    expect(one.standsFor(pending(5, 1, 0.9), 0.3)).toBe(true)
    expect(one.isDisplaced(0, 1)).toBe(true)
    expect(one.standsFor(pending(6, 1, 0.29), 0.3)).toBe(true)
    expect(one.isDisplaced(0, 0)).toBe(true)
    expect(one.standsFor(pending(7, 1, 0.29), 0.3)).toBe(false)
  })
})
