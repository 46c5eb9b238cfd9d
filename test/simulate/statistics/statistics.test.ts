import { describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { cuped } from '../../../src/simulate/statistics/cuped.js'
import { momentsOf } from '../../../src/simulate/statistics/moments.js'
import { benjaminiHochberg, holm } from '../../../src/simulate/statistics/multiple.js'
import { normalBelow, normalQuantile, twoSided } from '../../../src/simulate/statistics/normal.js'
import { detectableLift, powerOf, usersForLift } from '../../../src/simulate/statistics/power.js'
import { differenceOf, liftInterval, ratioOf, type Estimate } from '../../../src/simulate/statistics/ratio.js'
import { alwaysValidHalfWidth, tightestMixture } from '../../../src/simulate/statistics/sequential.js'

const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)

describe('normal', () => {
  test('table values (Abramowitz & Stegun 26.1)', () => {
    expect(normalBelow(0)).toBe(0.5)
    expect(normalBelow(1)).toBeCloseTo(0.841344746068543, 13)
    expect(normalBelow(-2.5)).toBeCloseTo(0.006209665325776, 13)
    expect(normalBelow(5) - 1).toBeCloseTo(-2.866515719e-7, 14)
    expect(normalBelow(3 + 1e-9)).toBeCloseTo(normalBelow(3 - 1e-9), 9)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect(normalQuantile(0.2)).toBeCloseTo(-0.841621233572914, 12)
    expect(twoSided(1.959963984540054)).toBeCloseTo(0.05, 12)
  })

  test('a share outside 0 to 1 has no quantile', () => {
    expect(() => normalQuantile(1)).toThrow('no share')
  })
})

describe('ratio', () => {
  test('by hand: spend 2, 0, 4 by conversions 1, 0, 3', () => {
    // means 2 and 4/3, R = 1.5; x - R y = 0.5, 0, -0.5: variance 0.25; / (3 (4/3)^2) = 0.046875
    const { value, se } = ratioOf([2, 0, 4], [1, 0, 3], all(3))
    expect(value).toBeCloseTo(1.5, 12)
    expect(se).toBeCloseTo(Math.sqrt(0.046875), 12)
  })

  test('of a constant denominator it is the mean', () => {
    const x = [1, 2, 3, 4]
    const { value, se } = ratioOf(x, [1, 1, 1, 1], all(4))
    expect(value).toBe(2.5)
    expect(se).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12)
  })

  test('the standard error is the spread of ratios of many samples, where events of a user are alike', () => {
    const rng = new Rng(5)
    const [n, rounds] = [400, 1500]
    const values: number[] = []
    let squared = 0
    for (let round = 0; round < rounds; round++) {
      const [x, y] = [new Float64Array(n), new Float64Array(n)]
      for (let i = 0; i < n; i++) {
        const rate = rng.uniform()
        y[i] = 1 + rng.int(20)
        for (let k = 0; k < y[i]; k++) if (rng.uniform() < rate) x[i]++
      }
      const { value, se } = ratioOf(x, y, all(n))
      values.push(value)
      squared += se * se
    }
    const mean = values.reduce((a, b) => a + b) / rounds
    const spread = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (rounds - 1))
    // a standard deviation of 1500 values is known to 1 / sqrt(3000) = 1.8 %: three of them
    expect(Math.sqrt(squared / rounds) / spread).toBeGreaterThan(0.945)
    expect(Math.sqrt(squared / rounds) / spread).toBeLessThan(1.055)
  })
})

describe('lift', () => {
  test('by hand: 12 +- 0.3 over 10 +- 0.5, z = 2', () => {
    // g = 0.01; L of |12 - 10 q| = 2 sqrt(0.09 + 0.25 q^2): 99 q^2 - 240 q + 143.64 = 0
    const root = Math.sqrt(240 ** 2 - 4 * 99 * 143.64)
    const [low, high] = liftInterval({ value: 12, se: 0.3 }, { value: 10, se: 0.5 }, 2)!
    expect(low).toBeCloseTo((240 - root) / 198 - 1, 12)
    expect(high).toBeCloseTo((240 + root) / 198 - 1, 12)
  })

  test('0 is left out just where the difference is', () => {
    const rng = new Rng(11)
    for (let i = 0; i < 2000; i++) {
      const of = (): Estimate => ({ value: 1 + rng.normal(), se: 0.05 + rng.uniform() })
      const [treatment, control] = [of(), of()]
      const interval = liftInterval(treatment, control, 1.96)
      if (!interval) continue
      const { value, se } = differenceOf(treatment, control)
      expect(interval[0] > 0 || interval[1] < 0).toBe(Math.abs(value / se) > 1.96)
    }
  })

  test('of a control that may be nothing there is none', () => {
    expect(liftInterval({ value: 1, se: 0.1 }, { value: 0.19, se: 0.1 }, 1.96)).toBeUndefined()
    expect(liftInterval({ value: 1, se: 0.1 }, { value: 0, se: 0 }, 1.96)).toBeUndefined()
  })

  test('covers the true lift in 95 % of the cases, also of rare purchases', () => {
    const rng = new Rng(12)
    const [n, rounds] = [2000, 1500]
    const arm = (chance: number): Estimate => {
      const x = Float64Array.from({ length: n }, () => (rng.uniform() < chance ? 1 + rng.int(3) : 0))
      return ratioOf(x, new Float64Array(n).fill(1), all(n))
    }
    let covered = 0
    for (let round = 0; round < rounds; round++) {
      const [low, high] = liftInterval(arm(0.026), arm(0.02), 1.959964)!
      if (low <= 0.3 && 0.3 <= high) covered++
    }
    const error = 3 * Math.sqrt((0.95 * 0.05) / rounds)
    expect(Math.abs(covered / rounds - 0.95)).toBeLessThan(error + 0.005)
  })
})

describe('CUPED', () => {
  test('means stay, and the variance falls by 1 - correlation^2', () => {
    const rng = new Rng(6)
    const n = 2000
    const x = Float64Array.from({ length: n }, () => rng.normal())
    const y = x.map((v) => 3 + 2 * v + rng.normal())
    const before = momentsOf(x, y, all(n))
    const adjusted = cuped(y, x, all(n))
    const after = momentsOf(x, adjusted, all(n))
    expect(after.meanY).toBeCloseTo(before.meanY, 10)
    expect(after.varY).toBeCloseTo(before.varY * (1 - before.cov ** 2 / (before.varX * before.varY)), 8)
    expect(after.cov).toBeCloseTo(0, 10)
  })

  test('a covariate that is the same for all changes nothing', () => {
    expect([...cuped([1, 2, 4], [7, 7, 7], all(3))]).toEqual([1, 2, 4])
  })
})

describe('several metrics', () => {
  test('Holm, by hand', () => {
    // .01 * 4, then max(.03 * 3, .04), max(.04 * 2, .09), max(.5, .09)
    expect(holm([0.03, 0.01, 0.5, 0.04])).toEqual([0.09, 0.04, 0.5, 0.09])
    expect(holm([NaN, 0.02])).toEqual([NaN, 0.02])
  })

  test('Benjamini and Hochberg, by hand', () => {
    // .01 * 4 / 1, .03 * 4 / 2 -> .04 * 4 / 3 is less, .5
    const [a, b, c, d] = benjaminiHochberg([0.03, 0.01, 0.5, 0.04])
    expect(b).toBeCloseTo(0.04, 12)
    expect(a).toBeCloseTo(0.16 / 3, 12)
    expect(d).toBeCloseTo(0.16 / 3, 12)
    expect(c).toBe(0.5)
  })

  test('Holm finds anything at all among twenty true nulls in 5 % of the cases at most', () => {
    const rng = new Rng(8)
    const rounds = 4000
    let found = 0
    for (let round = 0; round < rounds; round++) {
      const p = Array.from({ length: 20 }, () => rng.uniform())
      if (holm(p).some((one) => one <= 0.05)) found++
    }
    // three standard errors of a share of .05
    expect(found / rounds).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds))
    expect(found / rounds).toBeGreaterThan(0.03)
  })
})

describe('looking again and again', () => {
  /** Share of true nulls of which some look of 50 is outside the interval. */
  function everOutside(halfWidth: (se: number) => number, rounds: number): number {
    const rng = new Rng(9)
    let outside = 0
    for (let round = 0; round < rounds; round++) {
      let [sum, n, ever] = [0, 0, false]
      for (let look = 1; look <= 50; look++) {
        for (let i = 0; i < 20; i++, n++) sum += rng.normal()
        ever ||= Math.abs(sum / n) > halfWidth(1 / Math.sqrt(n))
      }
      if (ever) outside++
    }
    return outside / rounds
  }

  test('the always-valid interval holds at all looks at once, the fixed one does not', () => {
    const rounds = 2000
    const error = 3 * Math.sqrt((0.05 * 0.95) / rounds)
    expect(everOutside((se) => alwaysValidHalfWidth(se, 0.1), rounds)).toBeLessThan(0.05 + error)
    expect(everOutside((se) => 1.96 * se, rounds)).toBeGreaterThan(0.2)
  })

  test('the mixture for a standard error is about the best of all there', () => {
    const best = alwaysValidHalfWidth(0.2, tightestMixture(0.2))
    const all = Array.from({ length: 200 }, (_, i) => alwaysValidHalfWidth(0.2, 0.02 * (i + 1)))
    expect(best / Math.min(...all)).toBeLessThan(1.001)
    expect(best / 0.2).toBeLessThan(3.1)
  })

  test('by the formula: V = 4, t2 = 1', () => {
    expect(alwaysValidHalfWidth(2, 1)).toBeCloseTo(Math.sqrt(20 * Math.log(5 / (4 * 0.0025))), 12)
  })
})

describe('power', () => {
  test('the textbook: a difference of half a deviation needs 63 users in each arm', () => {
    // 2 (1.95996 + 0.84162)^2 / 0.25 = 62.8
    expect(usersForLift(1, 1, 0.5)).toBe(63)
  })

  test('the three say the same', () => {
    const lift = detectableLift(0.4, 1.1, 5000)
    expect(usersForLift(0.4, 1.1, lift)).toBeGreaterThanOrEqual(5000)
    expect(usersForLift(0.4, 1.1, lift)).toBeLessThanOrEqual(5001)
    expect(powerOf(0.4, 1.1, lift, 5000)).toBeCloseTo(0.8, 4)
    expect(powerOf(0.4, 1.1, 0, 5000)).toBeCloseTo(0.05, 10)
  })
})
