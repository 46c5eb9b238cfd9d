import { describe, expect, it } from 'vitest'
import { estimate, flattens, overall, seedNoise, tQuantile, verdict, type Estimate } from '../../src/study/verdict.js'

const of = (low: number, high: number): Estimate => ({ mean: (low + high) / 2, low, high, seeds: 1 })

describe('a verdict', () => {
  it('is never more than the interval allows', () => {
    expect(verdict(of(0.001, 0.01))).toBe('holds')
    expect(verdict(of(-0.01, -0.001))).toBe('does not hold')
    expect(verdict(of(-0.001, 0.05))).toBe('tie')
    expect(verdict(of(0, 0.05))).toBe('tie')
  })

  it('over several K holds where all do, and does not where one does not', () => {
    expect(overall(['holds', 'holds'])).toBe('holds')
    expect(overall(['holds', 'tie'])).toBe('tie')
    expect(overall(['holds', 'does not hold'])).toBe('does not hold')
    expect(overall(['not enough budget', 'not enough budget'])).toBe('not enough budget')
  })

  it('on flattening wants a first gain that is sure, and surely larger than the second', () => {
    expect(flattens(of(0.02, 0.03), of(-0.01, 0.01))).toBe('holds')
    expect(flattens(of(0.02, 0.03), of(0.01, 0.025))).toBe('tie')
    expect(flattens(of(-0.01, 0.03), of(-0.03, -0.02))).toBe('tie')
    expect(flattens(of(0.01, 0.02), of(0.03, 0.04))).toBe('does not hold')
  })
})

describe('the interval of a difference', () => {
  it('of one training is that of the users', () => {
    expect(estimate([{ difference: 0.02, users: [0.01, 0.04] }], undefined)).toEqual({
      mean: 0.02,
      low: 0.01,
      high: 0.04,
      seeds: 1,
    })
  })

  it('adds the noise of trainings to that of users as independent errors add', () => {
    // halves .03 below and .04 above; noise of sd .01 with 1 degree of freedom over 2 seeds: 12.706 * .01 / sqrt(2)
    const noise = { variance: 1e-4, degrees: 1 }
    const found = estimate(
      [
        { difference: 0.1, users: [0.07, 0.14] },
        { difference: 0.12, users: [0.09, 0.16] },
      ],
      noise,
    )!
    const trainings = (12.706 * 0.01) / Math.SQRT2
    expect(found.mean).toBeCloseTo(0.11, 12)
    expect(found.low).toBeCloseTo(0.11 - Math.sqrt(0.03 ** 2 + trainings ** 2), 12)
    expect(found.high).toBeCloseTo(0.11 + Math.sqrt(0.04 ** 2 + trainings ** 2), 12)
  })

  it('of coverage, which has none over users, needs two seeds', () => {
    const noise = { variance: 4e-4, degrees: 2 }
    expect(estimate([{ difference: 0.1 }], noise)).toBeUndefined()
    expect(estimate([{ difference: 0.1 }, { difference: 0.2 }], undefined)).toBeUndefined()
    expect(estimate([{ difference: 0.1 }, { difference: 0.2 }], noise)!.high).toBeCloseTo(
      0.15 + (4.303 * 0.02) / Math.SQRT2,
      12,
    )
  })

  it('pools the variance between seeds over statements, groups of one left out', () => {
    // squares about the means 2 and 5: 1 + 1 and 4 + 0 + 4; degrees 1 + 2
    expect(
      seedNoise([
        [{ difference: 1 }, { difference: 3 }],
        [{ difference: 3 }, { difference: 5 }, { difference: 7 }],
        [{ difference: 99 }],
      ]),
    ).toEqual({ variance: 10 / 3, degrees: 3 })
    expect(seedNoise([[{ difference: 1 }], []])).toBeUndefined()
  })

  it('uses the .975 quantile of Student, as tables give it', () => {
    expect([1, 2, 10, 20].map(tQuantile)).toEqual([12.706, 4.303, 2.228, 2.086])
    expect(tQuantile(30)).toBeCloseTo(2.042, 2)
    expect(tQuantile(120)).toBeCloseTo(1.98, 2)
  })
})
