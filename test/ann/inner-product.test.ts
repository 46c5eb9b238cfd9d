import { describe, expect, it } from 'vitest'
import { liftEntries, liftQueries } from '../../src/ann/inner-product.js'
import { Rng } from '../../src/core/rng.js'

const width = 6
const E = 300
const Q = 20
const rng = new Rng(3)
const random = (n: number): Float32Array => Float32Array.from({ length: n }, () => rng.normal())
const vectors = random(E * width)
const queries = random(Q * width)
const row = (all: Float32Array, i: number, w: number): number[] => [...all.subarray(i * w, (i + 1) * w)]
const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0)

/** Entries by what a function gives, the highest first. */
const order = (by: (e: number) => number): number[] => {
  const values = Array.from({ length: E }, (_, e) => by(e))
  return values.map((_, e) => e).sort((a, b) => values[b] - values[a])
}

describe.each([
  ['popularity', Float32Array.from({ length: E }, () => 0.3 * Math.log1p(rng.int(500)))],
  ['any sign', random(E)],
  ['larger than the vectors', random(E).map((x) => 4 * x)],
])('entries lifted by a bonus: %s', (_name, bonus) => {
  const lifted = liftEntries(vectors, width, bonus)
  const asked = liftQueries(queries, width, lifted.width)
  const entry = (e: number): number[] => row(lifted.vectors, e, lifted.width)
  const query = (q: number): number[] => row(asked, q, lifted.width)

  it('have products with lifted queries that are the sum of product and bonus', () => {
    for (let q = 0; q < Q; q++)
      for (let e = 0; e < E; e++) {
        const score = dot(row(vectors, e, width), row(queries, q, width)) + bonus[e]
        expect(dot(entry(e), query(q))).toBeCloseTo(score, 12)
      }
  })

  it('all have the length of the longest', () => {
    const lengths = Array.from({ length: E }, (_, e) => Math.hypot(...row(vectors, e, width), bonus[e]))
    const longest = Math.max(...lengths)
    for (let e = 0; e < E; e++) expect(Math.hypot(...entry(e)) / longest).toBeCloseTo(1, 6)
    // the longest itself has nothing to make up for
    expect(lifted.vectors[(lengths.indexOf(longest) + 1) * lifted.width - 1]).toBeCloseTo(0, 3)
  })

  it('are ordered by product and bonus, whether by product, cosine or distance', () => {
    for (let q = 0; q < Q; q++) {
      const right = order((e) => dot(row(vectors, e, width), row(queries, q, width)) + bonus[e])
      expect(order((e) => dot(entry(e), query(q)))).toEqual(right)
      expect(order((e) => dot(entry(e), query(q)) / Math.hypot(...entry(e)))).toEqual(right)
      expect(order((e) => -Math.hypot(...entry(e).map((x, i) => x - query(q)[i])))).toEqual(right)
    }
  })
})

describe('without any bonus', () => {
  it('vectors and queries stay as they are', () => {
    const lifted = liftEntries(vectors, width, new Float32Array(E))
    expect(lifted).toEqual({ vectors, width })
    expect(liftQueries(queries, width, lifted.width)).toBe(queries)
  })
})
