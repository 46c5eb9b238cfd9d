import { describe, expect, it } from 'vitest'
import { takeIntoContext } from '../../src/funnel/into-context.js'

/** Items 0 to 2 lie along the axes. */
const items = { cosine: (user: Float32Array, entry: number): number => user[entry] }
const stored = Float32Array.of(0.6, 0.8, 0)
const inContext = { vector: Float32Array.of(0, 0.8, 0.6), temperatures: { alone: 0.2, inContext: 0.1 } }
const logit = (p: number): number => Math.log(p / (1 - p))

describe('probabilities in the context of a request', () => {
  const before = Float32Array.of(0.2, 0.05, 0.1, 0.1)
  // the third candidate is a standard ad
  const entries = Int32Array.of(0, 1, -1, 2)

  it('by hand: log-odds move by the difference of the cosines over their temperatures, and by one shift for all', () => {
    const after = takeIntoContext(before, entries, items, stored, inContext, 0.5)
    // items 0, 1, 2: 0 - 0.6 / 0.2, 0.8 / 0.1 - 0.8 / 0.2, 0.6 / 0.1 - 0
    const lifts = [-3, 4, 6]
    const moved = [0, 1, 3].map((c, i) => logit(after[c]) - logit(before[c]) - 0.5 * lifts[i])
    expect(moved[1]).toBeCloseTo(moved[0], 4)
    expect(moved[2]).toBeCloseTo(moved[0], 4)
    expect(after[2]).toBe(before[2])
    expect(after[0] + after[1] + after[3]).toBeCloseTo(0.35, 5)
    expect(after[3]).toBeGreaterThan(after[0])
  })

  it('are left alone by a weight of 0, and where there are no items', () => {
    expect(takeIntoContext(before, entries, items, stored, inContext, 0)).toEqual(before)
    expect(takeIntoContext(before, new Int32Array(4).fill(-1), items, stored, inContext, 1)).toEqual(before)
  })

  it('stay between 0 and 1 where the light ranker is sure', () => {
    const sure = takeIntoContext(Float32Array.of(0, 1, 0.5, 0.5), entries, items, stored, inContext, 1)
    for (const p of sure) expect(p >= 0 && p <= 1).toBe(true)
  })
})
