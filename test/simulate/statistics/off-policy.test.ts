import { describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { offPolicy, type LoggedChoices } from '../../../src/simulate/statistics/off-policy.js'

const CHANCES = [0.05, 0.1, 0.2, 0.4]
const LOGGED = [0.7, 0.15, 0.1, 0.05]
const TARGET = [0.1, 0.1, 0.2, 0.6]
/** What the target policy earns: .005 + .01 + .04 + .24 */
const TRUTH = 0.295

/** A log of choices among four, and a model that expects so much of each. */
function log(n: number, rng: Rng, model: readonly number[]): LoggedChoices {
  const cumulative = LOGGED.map((_, i) => LOGGED.slice(0, i + 1).reduce((a, b) => a + b))
  const choices = Array.from({ length: n }, () => rng.fromCumulative(cumulative))
  const ofTarget = TARGET.reduce((sum, p, i) => sum + p * model[i], 0)
  return {
    propensity: choices.map((c) => LOGGED[c]),
    target: choices.map((c) => TARGET[c]),
    reward: choices.map((c) => (rng.uniform() < CHANCES[c] ? 1 : 0)),
    expected: choices.map((c) => model[c]),
    expectedOfTarget: choices.map(() => ofTarget),
  }
}

describe('off-policy estimates', () => {
  test('by hand: weights 2, 0.5, clipped at 1', () => {
    const made = offPolicy(
      { propensity: [0.25, 0.5], target: [0.5, 0.25], reward: [1, 2], expected: [0.5, 1], expectedOfTarget: [1, 1] },
      1,
    )
    expect(made.ips.value).toBeCloseTo((2 * 1 + 0.5 * 2) / 2, 12)
    expect(made.snips.value).toBeCloseTo(3 / 2.5, 12)
    expect(made.dr.value).toBeCloseTo((1 + 2 * 0.5 + 1 + 0.5 * 1) / 2, 12)
    expect(made.clippedIps.value).toBeCloseTo((1 + 1) / 2, 12)
    expect(made.clippedSnips.value).toBeCloseTo(2 / 1.5, 12)
    expect(made.clippedDr.value).toBeCloseTo((1 + 0.5 + 1 + 0.5) / 2, 12)
    expect(made.effective).toBeCloseTo(2.5 ** 2 / 4.25, 12)
  })

  test('all of them find the truth, and their errors are what they say', () => {
    const rng = new Rng(21)
    const rounds = 400
    const inside = { ips: 0, snips: 0, dr: 0 }
    for (let round = 0; round < rounds; round++) {
      const made = offPolicy(log(2000, rng, CHANCES), Infinity)
      for (const name of ['ips', 'snips', 'dr'] as const)
        if (Math.abs(made[name].value - TRUTH) < 1.96 * made[name].se) inside[name]++
    }
    // three standard errors of a share of .95, and what skewed weights take away
    const least = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / rounds) - 0.01
    for (const share of Object.values(inside)) expect(share / rounds).toBeGreaterThan(least)
  })

  test('doubly robust is right with a wrong model, and with a right one has the least error', () => {
    const wrong = offPolicy(log(200_000, new Rng(22), [0.4, 0.2, 0.1, 0.05]), Infinity)
    expect(Math.abs(wrong.dr.value - TRUTH)).toBeLessThan(4 * wrong.dr.se)
    const right = offPolicy(log(5000, new Rng(23), CHANCES), Infinity)
    expect(right.dr.se).toBeLessThan(right.ips.se)
  })

  test('clipping takes error and adds bias: what is chosen rarely counts too little', () => {
    const made = offPolicy(
      log(
        200_000,
        new Rng(24),
        CHANCES.map(() => 0),
      ),
      2,
    )
    // weights .143, .667, 2, and 12 that is clipped to 2
    const clipped = 0.7 * (0.1 / 0.7) * 0.05 + 0.15 * (0.1 / 0.15) * 0.1 + 0.1 * 2 * 0.2 + 0.05 * 2 * 0.4
    expect(Math.abs(made.clippedIps.value - clipped)).toBeLessThan(4 * made.clippedIps.se)
    expect(made.clippedIps.se).toBeLessThan(made.ips.se)
    expect(made.clippedIps.value).toBeLessThan(TRUTH - 4 * made.clippedIps.se)
  })

  test('what had no chance of being shown cannot be weighed', () => {
    expect(() =>
      offPolicy({ propensity: [0], target: [1], reward: [1], expected: [0], expectedOfTarget: [0] }, 1),
    ).toThrow('propensity of 0')
  })
})
