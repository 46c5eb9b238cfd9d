import { describe, expect, it } from 'vitest'
import { createPool, knownEntries, logExpectedCount, negativesFor } from '../../src/train/negatives.js'

describe('the pool of uniform negatives', () => {
  const first = Uint32Array.of(5, 50, 500, 7, 4294967295, 100)
  const known = knownEntries(first, 100)

  it('is what was first seen by the limit', () => {
    expect([...createPool(known, 0, 1)]).toEqual([0, 1, 3, 5])
    expect([...createPool(knownEntries(first, 99), 0, 1)]).toEqual([0, 1, 3])
  })

  it('or a part of it, chosen by the seed, every entry alike', () => {
    expect(createPool(known, 2, 9)).toEqual(createPool(known, 2, 9))
    const count = new Map<number, number>()
    for (let seed = 0; seed < 4000; seed++) {
      const pool = createPool(known, 2, seed)
      expect(new Set(pool).size).toBe(2)
      for (const j of pool) count.set(j, (count.get(j) ?? 0) + 1)
    }
    expect([...count.keys()].sort()).toEqual([0, 1, 3, 5])
    // binomial(4000, 1/2): standard deviation 32
    for (const n of count.values()) expect(Math.abs(n - 2000)).toBeLessThan(150)
  })
})

describe('uniform negatives of a catalog', () => {
  const of = (uniformNegatives: number, negativePool: number, known: number) =>
    negativesFor({ uniformNegatives, negativePool }, known)

  it('are what the settings ask for where it is large enough', () => {
    expect(of(4, 0, 4)).toEqual({ draws: 4, pool: 0 })
    expect(of(4, 5, 9)).toEqual({ draws: 4, pool: 5 })
    expect(of(0, 0, 3)).toEqual({ draws: 0, pool: 0 })
  })

  it('are no more than its entries, which is said', () => {
    expect(of(512, 0, 60)).toEqual({
      draws: 60,
      pool: 0,
      note: '60 uniform negatives a batch, not 512: no more entries are known',
    })
    expect(of(4, 100, 60)).toEqual({ draws: 4, pool: 0, note: 'a pool of 60, not 100: no more entries are known' })
    expect(of(512, 1000, 60).note).toBe(
      '60 uniform negatives a batch, not 512, and a pool of 60, not 1,000: no more entries are known',
    )
    // settings that contradict each other, but not in this catalog
    expect(of(512, 100, 60)).toMatchObject({ draws: 60, pool: 0 })
  })

  it('come from a pool that holds as many', () => {
    expect(() => of(3, 2, 4)).toThrow('smaller than the 3 uniform negatives')
  })
})

describe('log Q', () => {
  it('is the log of (R - 1) p + M [in the pool] / |pool|', () => {
    const logq = logExpectedCount(Float64Array.of(0.5, 0.5, 0, 0), 5, 6, Uint32Array.of(1, 2))
    expect([...logq].map((x) => Math.round(Math.exp(x) * 1e5) / 1e5)).toEqual([2, 5, 3, 0])
    expect(logExpectedCount(Float64Array.of(1, 0), 5, 0, new Uint32Array(0))[1]).toBe(-Infinity)
  })
})
