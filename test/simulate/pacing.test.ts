import { describe, expect, test } from 'vitest'
import { PACINGS } from '../../src/ads/inventory.js'
import { Rng } from '../../src/core/rng.js'
import { Pacer } from '../../src/simulate/pacing.js'

const codes = { even: PACINGS.indexOf('even'), fast: PACINGS.indexOf('fast') }

/** What is spent by each hour of the third day where every auction of an hour would cost `price`, 40 an hour. */
function thirdDay(pacing: number, budget: number, price = 1): number[] {
  const pacer = new Pacer({ campaigns: 1, dailyBudget: Float64Array.of(budget), pacing: Uint8Array.of(pacing) })
  const rng = new Rng(1)
  let hours: number[] = []
  for (let day = 0; day < 3; day++) {
    pacer.begin()
    const left = pacer.spent[0]
    hours = []
    for (let hour = 0; hour < 24; hour++) {
      for (let i = 0; i < 40; i++) {
        const bid = pacer.multiplier(0) * price
        if (pacer.spent[0] < budget && pacer.takesPart(0, rng.uniform())) pacer.charge(0, bid)
      }
      pacer.control((hour + 1) / 24)
      hours.push(pacer.spent[0] - left)
    }
  }
  return hours
}

describe('pacing', () => {
  test('an even budget lasts the day: half of it, give or take a tenth, by noon, and nearly all by night', () => {
    const hours = thirdDay(codes.even, 240)
    expect(Math.abs(hours[11] / 240 - 0.5)).toBeLessThan(0.1)
    expect(hours[23] / 240).toBeGreaterThan(0.9)
    expect(hours[23] / 240).toBeLessThan(1.02)
  })

  test('a fast one is gone as soon as it can be', () => {
    const hours = thirdDay(codes.fast, 240)
    expect(hours[5]).toBe(240)
    expect(hours[4]).toBe(200)
  })

  test('a budget that nothing threatens changes neither bids nor participation', () => {
    expect(thirdDay(codes.even, 1e9)[23]).toBe(24 * 40)
    expect(thirdDay(codes.even, Infinity)[23]).toBe(24 * 40)
  })

  test('what a day leaves is there the next, and what it overspent is owed', () => {
    const pacer = new Pacer({ campaigns: 2, dailyBudget: Float64Array.of(10, Infinity), pacing: new Uint8Array(2) })
    pacer.begin()
    pacer.charge(0, 4)
    pacer.charge(1, 4)
    pacer.begin()
    expect([...pacer.spent]).toEqual([-6, 0])
    pacer.charge(0, 36)
    expect(pacer.budgets).toEqual({ money: 20, spent: 40, campaigns: 1, out: 1 })
    pacer.begin()
    pacer.begin()
    expect(pacer.budgets).toEqual({ money: 40, spent: 40, campaigns: 1, out: 1 })
    pacer.begin()
    expect(pacer.budgets).toEqual({ money: 50, spent: 40, campaigns: 1, out: 0 })
  })
})
