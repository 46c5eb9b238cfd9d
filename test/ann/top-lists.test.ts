import { describe, expect, it } from 'vitest'
import { emptyLists } from '../../src/ann/ann-index.js'
import { TopK, before } from '../../src/ann/top-k.js'
import { Rng } from '../../src/core/rng.js'

describe('top lists', () => {
  it('are empty at first: no entry, no score, never entry 0 with a score of 0', () => {
    const { k, counts, entries, scores } = emptyLists(2, 3)
    expect(k).toBe(3)
    expect([...counts]).toEqual([0, 0])
    expect([...entries]).toEqual(Array(6).fill(-1))
    expect([...scores]).toEqual(Array(6).fill(NaN))
  })

  it('of found entries are in the order of those of all entries, however many score the same', () => {
    const rng = new Rng(2)
    for (const seed of [0, 1, 77]) {
      const row = Float32Array.from({ length: 500 }, () => rng.int(20) / 8)
      const top = new TopK(500, seed)
      top.select(row)
      // found in any order
      const found = Array.from(new Rng(seed).shuffle(Int32Array.from(row.keys())), (entry) => ({
        entry,
        score: row[entry],
      }))
      expect(found.sort((a, b) => before(a, b, seed)).map(({ entry }) => entry)).toEqual([...top.entries])
    }
  })
})
