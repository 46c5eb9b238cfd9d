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
    hours = []
    for (let hour = 0; hour < 24; hour++) {
      for (let i = 0; i < 40; i++) {
        const bid = pacer.multiplier(0) * price
        if (pacer.spent[0] < budget && pacer.takesPart(0, rng.uniform())) pacer.charge(0, bid)
      }
      pacer.control((hour + 1) / 24)
      hours.push(pacer.spent[0])
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
})
