import { describe, expect, it } from 'vitest'
import { learningRateAt } from '../../src/train/schedule.js'

const schedule = { learningRate: 0.01, warmupSteps: 10, steps: 109 }

describe('learning rate', () => {
  it('rises in equal steps to its full value', () => {
    for (let step = 1; step <= 10; step++) expect(learningRateAt(step, schedule)).toBeCloseTo(0.001 * step, 12)
  })

  it('falls along half a cosine: half way at the middle, never below 0', () => {
    expect(learningRateAt(60, schedule)).toBeCloseTo(0.005, 12) // (60 - 10) / 100 of the way
    expect(learningRateAt(35, schedule)).toBeCloseTo(0.01 * 0.5 * (1 + Math.SQRT1_2), 12)
    for (let step = 11; step <= 109; step++) {
      expect(learningRateAt(step, schedule)).toBeLessThan(learningRateAt(step - 1, schedule))
      expect(learningRateAt(step, schedule)).toBeGreaterThan(0)
    }
  })

  it('is defined when there are fewer steps than warm-up steps, and without warm-up', () => {
    expect(learningRateAt(3, { learningRate: 1, warmupSteps: 100, steps: 3 })).toBe(1)
    expect(learningRateAt(1, { learningRate: 1, warmupSteps: 0, steps: 1 })).toBeCloseTo(0.5, 12)
  })
})
