import { afterAll, describe, expect, it } from 'vitest'
import { QueryBlock, dotProducts, dotRows } from '../../src/ann/dot-products.js'
import { Rng } from '../../src/core/rng.js'
import { createEngine } from '../../src/engine/index.js'

describe('dot products', async () => {
  const width = 8
  const rng = new Rng(1)
  const vectors = (n: number): Float32Array => Float32Array.from({ length: n * width }, () => rng.normal())
  const engine = await createEngine({ engine: 'onnx' })
  afterAll(() => engine.dispose())

  it.each([
    [1, 1],
    [70, 20_000],
    [64, 16_384],
  ])('of %i queries and %i entries are the same on an engine as in plain loops', async (Q, E) => {
    const [queries, entries] = [vectors(Q), vectors(E)]
    const [plain, compiled] = [await dotProducts(width), await dotProducts(width, engine)]
    const [a, b] = [new Float32Array(Q * E), new Float32Array(Q * E)]
    await plain.score(queries, entries, a)
    await compiled.score(queries, entries, b)
    let most = 0
    for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]))
    expect(most).toBeLessThan(1e-5)
    compiled.dispose()
  })

  it('gives equal vectors equal scores wherever they stand, so that ties are ties', async () => {
    const [Q, E] = [65, 16_390]
    const one = vectors(1)
    const entries = new Float32Array(E * width)
    for (let e = 0; e < E; e++) entries.set(one, e * width)
    const products = await dotProducts(width, engine)
    const query = vectors(1)
    const queries = new Float32Array(Q * width)
    for (let q = 0; q < Q; q++) queries.set(query, q * width)
    const out = new Float32Array(Q * E)
    await products.score(queries, entries, out)
    expect(new Set(out).size).toBe(1)
    products.dispose()
  })

  it('writes rows with a stride and leaves the rest alone', async () => {
    const products = await dotProducts(2)
    const out = new Float32Array(8).fill(9)
    await products.score(Float32Array.of(1, 0, 0, 1), Float32Array.of(3, 4, 5, 6), out, 4)
    expect([...out]).toEqual([3, 5, 9, 9, 4, 6, 9, 9])
  })

  it('refuses vectors of another width', async () => {
    const products = await dotProducts(3)
    await expect(products.score(new Float32Array(4), new Float32Array(3), new Float32Array(4))).rejects.toThrow(
      'width 3',
    )
  })
})

describe('products of few queries', () => {
  const width = 5
  const rows = Float32Array.from({ length: 6 * width }, (_, i) => Math.sin(i + 1))
  const query = (n: number): Float32Array => Float32Array.from({ length: width }, (_, i) => Math.cos(n * 7 + i))
  const expected = (row: number, n: number): number =>
    query(n).reduce((sum, x, i) => sum + x * rows[row * width + i], 0)

  it.each([1, 4, 5])('dotRows: chosen rows in any order and number, %d of them', (n) => {
    const chosen = Int32Array.of(4, 0, 4, 2, 5).subarray(0, n)
    const out = new Float32Array(n + 1).fill(9)
    dotRows(rows, width, query(0), chosen, out)
    expect([...out]).toEqual([...Float32Array.from(chosen, (row) => expected(row, 0)), 9])
  })

  it.each([0, 1, 4, 6])('QueryBlock: every query with a row, %d of them', (n) => {
    const block = new QueryBlock(
      width,
      Array.from({ length: n }, (_, q) => query(q)),
    )
    for (const row of [3, 1]) {
      block.multiply(rows, row * width)
      expect([...block.products.slice(0, n)]).toEqual(Array.from({ length: n }, (_, q) => expected(row, q)))
    }
  })
})
