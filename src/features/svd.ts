import { Rng } from '../core/rng.js'
import { orthonormalColumns } from './orthonormal.js'
import { smallEigen } from './small-eigen.js'
import { transpose, type SparseMatrix } from './sparse.js'

/** Left singular vectors [height, rank] in row-major order, and singular values, descending. */
export interface TruncatedSvd {
  vectors: Float32Array
  values: Float64Array
  rank: number
}

/** Columns beyond the rank, and power iterations, of the random subspace (Halko et al. 2011, sections 4.4 and 4.5). */
const OVERSAMPLING = 10
const POWER_ITERATIONS = 2

/**
 * The leading left singular vectors and values of A by randomized subspace iteration: Halko, Martinsson & Tropp,
 * "Finding structure with randomness" (2011), algorithms 4.4 and 5.1. The result is fixed by the seed.
 *
 * @param rank at most this many; fewer when the matrix is smaller
 */
export function truncatedSvd(a: SparseMatrix, rank: number, seed: number): TruncatedSvd {
  const most = Math.min(a.height, a.width)
  const k = Math.min(rank, most)
  const width = Math.min(most, k + OVERSAMPLING)
  const rng = new Rng(seed, 3)
  const start = Float32Array.from({ length: a.width * width }, () => rng.normal())
  const transposed = transpose(a)
  let q = orthonormalColumns(multiply(a, start, width), a.height, width)
  for (let i = 0; i < POWER_ITERATIONS; i++) {
    q = orthonormalColumns(multiply(a, multiply(transposed, q, width), width), a.height, width)
  }
  // B = Q' A; B B' = W S^2 W', and the left singular vectors of A are Q W
  const b = multiply(transposed, q, width)
  const { values, vectors } = smallEigen(gram(b, a.width, width), width)
  const out = new Float32Array(a.height * k)
  for (let i = 0; i < a.height; i++) {
    for (let c = 0; c < k; c++) {
      let sum = 0
      for (let j = 0; j < width; j++) sum += q[i * width + j] * vectors[c * width + j]
      out[i * k + c] = sum
    }
  }
  return { vectors: out, values: values.slice(0, k).map((x) => Math.sqrt(Math.max(0, x))), rank: k }
}

/** A X for X [a.width, width]. */
function multiply(a: SparseMatrix, x: Float32Array, width: number): Float32Array {
  const { offsets, columns, values } = a
  const y = new Float32Array(a.height * width)
  const sum = new Float64Array(width)
  for (let i = 0; i < a.height; i++) {
    sum.fill(0)
    let e = offsets[i]
    const end = offsets[i + 1]
    // four entries at once: a quarter of the passes over `sum`
    for (; e + 4 <= end; e += 4) {
      const [v0, v1, v2, v3] = [values[e], values[e + 1], values[e + 2], values[e + 3]]
      const [r0, r1, r2, r3] = [
        columns[e] * width,
        columns[e + 1] * width,
        columns[e + 2] * width,
        columns[e + 3] * width,
      ]
      for (let c = 0; c < width; c++) sum[c] += v0 * x[r0 + c] + v1 * x[r1 + c] + v2 * x[r2 + c] + v3 * x[r3 + c]
    }
    for (; e < end; e++) {
      const v = values[e]
      const r = columns[e] * width
      for (let c = 0; c < width; c++) sum[c] += v * x[r + c]
    }
    y.set(sum, i * width)
  }
  return y
}

/** X' X for X [rows, width]. */
function gram(x: Float32Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(width * width)
  for (let i = 0; i < rows; i++) {
    const at = i * width
    for (let c = 0; c < width; c++) {
      const v = x[at + c]
      for (let d = c; d < width; d++) out[c * width + d] += v * x[at + d]
    }
  }
  for (let c = 0; c < width; c++) for (let d = 0; d < c; d++) out[c * width + d] = out[d * width + c]
  return out
}
