import { describe, expect, it } from 'vitest'
import { createPool, logExpectedCount } from '../../src/train/negatives.js'

describe('the pool of uniform negatives', () => {
  const first = Uint32Array.of(5, 50, 500, 7, 4294967295, 100)

  it('is what was first seen by the limit', () => {
    expect([...createPool(first, 100, 0, 4, 1)]).toEqual([0, 1, 3, 5])
    expect([...createPool(first, 99, 0, 2, 1)]).toEqual([0, 1, 3])
  })

  it('or a part of it, chosen by the seed, every entry alike', () => {
    expect(createPool(first, 100, 2, 2, 9)).toEqual(createPool(first, 100, 2, 2, 9))
    const count = new Map<number, number>()
    for (let seed = 0; seed < 4000; seed++) {
      const pool = createPool(first, 100, 2, 2, seed)
      expect(new Set(pool).size).toBe(2)
      for (const j of pool) count.set(j, (count.get(j) ?? 0) + 1)
    }
    expect([...count.keys()].sort()).toEqual([0, 1, 3, 5])
    // binomial(4000, 1/2): standard deviation 32
    for (const n of count.values()) expect(Math.abs(n - 2000)).toBeLessThan(150)
  })

  it('must hold as many entries as are drawn', () => {
    expect(() => createPool(first, 100, 0, 5, 1)).toThrow(
      expect.objectContaining({ hint: 'Set train.uniformNegatives to 4 or less.' }),
    )
    expect(() => createPool(first, 100, 5, 1, 1)).toThrow('only 4 entries are known')
    expect(() => createPool(first, 100, 2, 3, 1)).toThrow('smaller than the 3 uniform negatives')
  })
})

describe('log Q', () => {
  it('is the log of (R - 1) p + M [in the pool] / |pool|', () => {
    const logq = logExpectedCount(Float64Array.of(0.5, 0.5, 0, 0), 5, 6, Uint32Array.of(1, 2))
    expect([...logq].map((x) => Math.round(Math.exp(x) * 1e5) / 1e5)).toEqual([2, 5, 3, 0])
    expect(logExpectedCount(Float64Array.of(1, 0), 5, 0, new Uint32Array(0))[1]).toBe(-Infinity)
  })
})
