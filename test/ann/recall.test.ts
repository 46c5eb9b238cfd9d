import { describe, expect, it } from 'vitest'
import { dotProducts } from '../../src/ann/dot-products.js'
import { RecallCounter, scoreEntries } from '../../src/ann/recall.js'
import { Rng } from '../../src/core/rng.js'

describe('recall', () => {
  it('counts hits over positives, repeats and misses included', async () => {
    const products = await dotProducts(2)
    const entries = Float32Array.of(1, 0, 0, 1, 0.6, 0.8, -1, 0)
    // query 0 likes entry 0, then 2, 1, 3; query 1 has no positive; query 2 likes 1, then 2, then 0 and 3 alike
    const queries = Float32Array.of(1, 0, 1, 1, 0, 1)
    const positives = [Int32Array.of(0, 0, 1), new Int32Array(0), Int32Array.of(-1, 2)]
    const counter = new RecallCounter([1, 2, 3])
    await scoreEntries(products, queries, entries, (q, row) => counter.count(row, { positives: positives[q] }))
    expect(counter.recall()).toEqual({ 1: 2 / 5, 2: 3 / 5, 3: 4 / 5 })
  })

  it('leaves out what it is told to: neither ranked nor found', () => {
    const counter = new RecallCounter([1, 2])
    const row = Float32Array.of(0.9, 0.8, 0.7, 0.6)
    expect(() => counter.recall()).toThrow('no positives')
    // without 0 and 2 entry 1 is first and 3 second; 2 itself cannot be found
    counter.count(row, { positives: Int32Array.of(1, 3, 2), without: Int32Array.of(0, 2) })
    expect(counter.recall()).toEqual({ 1: 1 / 3, 2: 2 / 3 })
  })

  it('is the same whatever the blocks: a catalog of many blocks against one product at a time', async () => {
    const rng = new Rng(5)
    const [Q, E, width] = [70, 40_000, 4]
    const vectors = (n: number): Float32Array => Float32Array.from({ length: n * width }, () => rng.normal())
    const [queries, entries] = [vectors(Q), vectors(E)]
    const positives = Int32Array.from({ length: Q }, () => rng.int(E))
    const products = await dotProducts(width)
    const counter = new RecallCounter([20_000])
    await scoreEntries(products, queries, entries, (q, row) =>
      counter.count(row, { positives: positives.subarray(q, q + 1) }),
    )
    let hits = 0
    const dot = (q: number, e: number): number => {
      let s = 0
      for (let i = 0; i < width; i++) s += queries[q * width + i] * entries[e * width + i]
      return Math.fround(s)
    }
    for (let q = 0; q < Q; q++) {
      let above = 0
      const own = dot(q, positives[q])
      for (let e = 0; e < E; e++) if (dot(q, e) > own) above++
      if (1 + above <= 20_000) hits++
    }
    expect(counter.recall()['20000']).toBeCloseTo(hits / Q, 12)
  })
})
