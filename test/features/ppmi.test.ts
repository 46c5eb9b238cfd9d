import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { ppmi } from '../../src/features/ppmi.js'
import type { ItemSequences, PpmiOptions } from '../../src/features/ppmi.js'

const sequences = (...lists: number[][]): ItemSequences => {
  const offsets = [0]
  for (const list of lists) offsets.push(offsets[offsets.length - 1] + list.length)
  return { items: Int32Array.from(lists.flat()), offsets: Uint32Array.from(offsets) }
}

/** As a dense matrix over items. */
function dense({ matrix, rows }: ReturnType<typeof ppmi>, items: number): number[][] {
  const out = Array.from({ length: items }, () => new Array<number>(items).fill(0))
  for (let k = 0; k < matrix.height; k++)
    for (let e = matrix.offsets[k]; e < matrix.offsets[k + 1]; e++)
      out[rows[k]][rows[matrix.columns[e]]] = matrix.values[e]
  return out
}

describe('positive pointwise mutual information', () => {
  it('of three items is that computed by hand', () => {
    // neighbours within 1: 0-1, 1-2 | 0-1 | 0-1 (2-2 is no pair) -> n(0,1) = 3, n(1,2) = 1; n(0) = 3, n(1) = 4, n(2) =
    // 1
    const m = dense(
      ppmi(sequences([0, 1, 2], [1, 0], [0, 1], [2, 2]), 3, { window: 1, smoothing: 0.75, minCount: 1 }),
      3,
    )
    const all = 3 ** 0.75 + 4 ** 0.75 + 1
    expect(m[0][1]).toBeCloseTo(Math.log((3 * all) / (3 * 4 ** 0.75)), 6)
    expect(m[1][0]).toBeCloseTo(Math.log((3 * all) / (4 * 3 ** 0.75)), 6)
    expect(m[1][2]).toBeCloseTo(Math.log((1 * all) / (4 * 1)), 6)
    expect(m[2][1]).toBeCloseTo(Math.log((1 * all) / (1 * 4 ** 0.75)), 6)
    expect([m[0][0], m[0][2], m[2][0], m[2][2]]).toEqual([0, 0, 0, 0])
  })

  it('drops rare pairs and items left without any', () => {
    const { matrix, rows } = ppmi(sequences([0, 3], [0, 3], [0, 1], [4]), 5, { window: 10, smoothing: 1, minCount: 2 })
    expect([...rows]).toEqual([0, 3])
    expect([...matrix.columns]).toEqual([1, 0])
    // n(0, 3) = 2 of n(0) = 3, n(3) = 2 (the dropped pair still counts in the totals), 6 in all
    expect(matrix.values[0]).toBeCloseTo(Math.log((2 * 6) / (3 * 2)), 6)
  })

  it('never pairs events of two users, and equals the definition on random sequences', () => {
    const rng = new Rng(4)
    const lists = Array.from({ length: 30 }, () => Array.from({ length: rng.int(12) }, () => rng.int(7)))
    const options: PpmiOptions = { window: 3, smoothing: 0.75, minCount: 3 }
    const n = Array.from({ length: 7 }, () => new Array<number>(7).fill(0))
    for (const list of lists)
      list.forEach((i, a) => list.forEach((j, b) => (n[i][j] += i !== j && Math.abs(a - b) <= 3 ? 1 : 0)))
    const totals = n.map((row) => row.reduce((x, y) => x + y, 0))
    const all = totals.reduce((sum, x) => sum + x ** 0.75, 0)
    const expected = n.map((row, i) =>
      row.map((x, j) => (x < 3 ? 0 : Math.max(0, Math.log((x * all) / (totals[i] * totals[j] ** 0.75))))),
    )
    const m = dense(ppmi(sequences(...lists), 7, options), 7)
    expected.forEach((row, i) => row.forEach((x, j) => expect(m[i][j]).toBeCloseTo(x, 5)))
    expect(m.flat().filter((x) => x > 0).length).toBeGreaterThan(5)
  })

  it('of nothing is empty', () => {
    expect(ppmi(sequences(), 3, { window: 10, smoothing: 0.75, minCount: 1 }).rows.length).toBe(0)
  })
})
