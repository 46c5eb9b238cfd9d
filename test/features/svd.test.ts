import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { orthonormalColumns } from '../../src/features/orthonormal.js'
import { smallEigen } from '../../src/features/small-eigen.js'
import { truncatedSvd } from '../../src/features/svd.js'
import type { SparseMatrix } from '../../src/features/sparse.js'

function sparse(rows: number[][]): SparseMatrix {
  const offsets = [0]
  const columns: number[] = []
  const values: number[] = []
  for (const row of rows) {
    row.forEach((x, j) => {
      if (x === 0) return
      columns.push(j)
      values.push(x)
    })
    offsets.push(columns.length)
  }
  return {
    height: rows.length,
    width: rows[0].length,
    offsets: Float64Array.from(offsets),
    columns: Uint32Array.from(columns),
    values: Float32Array.from(values),
  }
}

/** An orthonormal basis with random directions, as columns: q[c] is a vector of n numbers. */
function randomBasis(rng: Rng, n: number): number[][] {
  const x = orthonormalColumns(
    Float32Array.from({ length: n * n }, () => rng.normal()),
    n,
    n,
  )
  return Array.from({ length: n }, (_, c) => Array.from({ length: n }, (_, i) => x[i * n + c]))
}

describe('the truncated SVD', () => {
  const rng = new Rng(9)
  const n = 60
  const [u, v] = [randomBasis(rng, n), randomBasis(rng, n)]
  const s = Array.from({ length: n }, (_, k) => (k < 6 ? 20 - 3 * k : 0.5 * 0.95 ** k))
  const a = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => s.reduce((sum, x, k) => sum + x * u[k][i] * v[k][j], 0)),
  )

  it('finds the singular values and left vectors a matrix was made of', () => {
    const found = truncatedSvd(sparse(a), 6, 1)
    for (let k = 0; k < 6; k++) {
      expect(found.values[k]).toBeCloseTo(s[k], 3)
      const cosine = u[k].reduce((sum, x, i) => sum + x * found.vectors[i * 6 + k], 0)
      expect(Math.abs(cosine)).toBeGreaterThan(0.9999)
    }
  })

  it('rebuilds a matrix of low rank, though it was asked for more', () => {
    const low = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 20 }, (_, j) => (i + 1) * (j % 3) + (i % 2) * j),
    )
    const { vectors, values, rank } = truncatedSvd(sparse(low), 8, 1)
    expect(rank).toBe(8)
    expect(values[2]).toBeLessThan(1e-3 * values[0])
    // A = U U' A when U spans the columns of A
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 20; j++) {
        let x = 0
        for (let k = 0; k < 2; k++)
          for (let l = 0; l < 20; l++) x += vectors[i * 8 + k] * vectors[l * 8 + k] * low[l][j]
        expect(x).toBeCloseTo(low[i][j], 2)
      }
    }
  })

  it('of a diagonal matrix is its diagonal, and never more than the matrix has', () => {
    const { vectors, values, rank } = truncatedSvd(
      sparse([
        [0, 0, 3],
        [2, 0, 0],
        [0, 1, 0],
      ]),
      64,
      1,
    )
    expect(rank).toBe(3)
    expect([...values].map((x) => Math.round(x * 1e5) / 1e5)).toEqual([3, 2, 1])
    expect([...vectors].map((x) => Math.abs(Math.round(x * 1e5) / 1e5))).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  })

  it('is fixed by the seed', () => {
    expect(truncatedSvd(sparse(a), 4, 3)).toEqual(truncatedSvd(sparse(a), 4, 3))
  })
})

describe('an orthonormal basis', () => {
  it('has columns of length 1 at right angles, and zero for one that depends on the others', () => {
    const x = Float32Array.of(1, 2, 0, 1, 2, 5, 0, 0, 3, 1, 2, 1)
    const q = orthonormalColumns(x, 4, 3)
    const dot = (c: number, d: number): number => [0, 1, 2, 3].reduce((sum, i) => sum + q[i * 3 + c] * q[i * 3 + d], 0)
    expect(
      [dot(0, 0), dot(1, 1), dot(2, 2), dot(0, 1), dot(0, 2), dot(1, 2)].map(
        (value) => Math.round(value * 1e5) / 1e5 + 0,
      ),
    ).toEqual([1, 0, 1, 0, 0, 0])
  })
})

describe('the eigenvectors of a small matrix', () => {
  it('are those of [[2, 1], [1, 2]]', () => {
    const { values, vectors } = smallEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect([...values].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([3, 1])
    expect([...vectors].map(Math.abs).every((x) => Math.abs(x - Math.SQRT1_2) < 1e-9)).toBe(true)
    expect(vectors[0] * vectors[1]).toBeGreaterThan(0)
    expect(vectors[2] * vectors[3]).toBeLessThan(0)
  })

  it('rebuild a random matrix', () => {
    const rng = new Rng(2)
    const n = 12
    const m = new Float64Array(n * n)
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) m[i * n + j] = m[j * n + i] = rng.normal()
    const { values, vectors } = smallEigen(m, n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let x = 0
        for (let k = 0; k < n; k++) x += values[k] * vectors[k * n + i] * vectors[k * n + j]
        expect(x).toBeCloseTo(m[i * n + j], 9)
      }
    }
  })
})
