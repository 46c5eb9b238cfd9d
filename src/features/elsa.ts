import { Rng } from '../core/rng.js'
import type { SparseMatrix } from './sparse.js'
import { toUnitLength } from './unit-length.js'

export interface ElsaOptions {
  width: number
  /** of Adam over all users at once */
  steps: number
  learningRate: number
  seed: number
}

/** Decays of Adam (Kingma & Ba 2015). */
const [FIRST, SECOND, TINY] = [0.9, 0.999, 1e-8]

/**
 * Item vectors of ELSA (Vančura et al. 2022, "Scalable Linear Shallow Autoencoder for Collaborative Filtering"): unit
 * rows A [items, width] for which x (A A^T - I), what a user with the row x is predicted to meet, points where x does.
 * The loss is the authors' normalised one, minus the mean cosine of the two over users; their ReLU is left out, so that
 * no matrix of users and items is ever made (elsaLoss).
 */
export function elsaVectors(users: SparseMatrix, { width, steps, learningRate, seed }: ElsaOptions): Float32Array {
  const rng = new Rng(seed)
  const rows = unitRows(users)
  const A = Float32Array.from({ length: users.width * width }, () => rng.normal())
  toUnitLength(A, width)
  const [m, v] = [new Float32Array(A.length), new Float32Array(A.length)]
  for (let step = 1; step <= steps; step++) {
    const { gradient } = elsaLoss(rows, A, width)
    // a half cosine to zero; the part of the gradient along a row changes its length alone
    const rate = learningRate * 0.5 * (1 + Math.cos((Math.PI * (step - 1)) / steps))
    alongTheSphere(gradient, A, width)
    for (let i = 0; i < A.length; i++) {
      const g = gradient[i]
      m[i] = FIRST * m[i] + (1 - FIRST) * g
      v[i] = SECOND * v[i] + (1 - SECOND) * g * g
      A[i] -= (rate * m[i]) / (1 - FIRST ** step) / (Math.sqrt(v[i] / (1 - SECOND ** step)) + TINY)
    }
    toUnitLength(A, width)
  }
  return A
}

/**
 * Minus the mean cosine of x and y = x (A A^T - I) over the rows x of X, which are of unit length or empty, and its
 * gradient in A [items, width]. With p = x A and C = A^T A: x y = |p|^2 - 1 and |y|^2 = p C p^T - 2 |p|^2 + 1.
 */
export function elsaLoss(X: SparseMatrix, A: Float32Array, width: number): { loss: number; gradient: Float32Array } {
  const { height, offsets, columns, values } = X
  const C = gram(A, width)
  const P = new Float32Array(height * width)
  const back = new Float32Array(height * width)
  const scaled = new Float32Array(height * width)
  const PC = new Float64Array(width)
  let [loss, users] = [0, 0]
  for (let u = 0; u < height; u++) {
    if (offsets[u] === offsets[u + 1]) continue
    users++
    const p = P.subarray(u * width, (u + 1) * width)
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      const [x, at] = [values[e], columns[e] * width]
      for (let c = 0; c < width; c++) p[c] += x * A[at + c]
    }
    let [pp, pCp] = [0, 0]
    for (let c = 0; c < width; c++) {
      let sum = 0
      for (let d = 0; d < width; d++) sum += C[c * width + d] * p[d]
      PC[c] = sum
      pp += p[c] * p[c]
      pCp += sum * p[c]
    }
    const along = pp - 1
    // a user of whom nothing is predicted has no direction
    const length = Math.sqrt(Math.max(pCp - 2 * pp + 1, 1e-12))
    loss -= along / length
    const bySquare = along / (2 * length ** 3)
    for (let c = 0; c < width; c++) {
      back[u * width + c] = (-2 * p[c]) / length + bySquare * (2 * PC[c] - 4 * p[c])
      scaled[u * width + c] = bySquare * p[c]
    }
  }
  const gradient = timesSquare(A, product(P, scaled, width), width)
  for (let i = 0; i < gradient.length; i++) gradient[i] *= 2
  for (let u = 0; u < height; u++) {
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      const [x, at] = [values[e], columns[e] * width]
      for (let c = 0; c < width; c++) gradient[at + c] += x * back[u * width + c]
    }
  }
  for (let i = 0; i < gradient.length; i++) gradient[i] /= users
  return { loss: loss / users, gradient }
}

function unitRows(users: SparseMatrix): SparseMatrix {
  const values = Float32Array.from(users.values)
  for (let u = 0; u < users.height; u++) {
    const [from, to] = [users.offsets[u], users.offsets[u + 1]]
    let squares = 0
    for (let e = from; e < to; e++) squares += values[e] ** 2
    for (let e = from; e < to; e++) values[e] /= Math.sqrt(squares) || 1
  }
  return { ...users, values }
}

const gram = (R: Float32Array, width: number): Float64Array => product(R, R, width)

/** R^T S [width, width], which is symmetric. */
function product(R: Float32Array, S: Float32Array, width: number): Float64Array {
  const out = new Float64Array(width * width)
  for (let at = 0; at < R.length; at += width) {
    for (let c = 0; c < width; c++) {
      const x = R[at + c]
      if (x === 0) continue
      for (let d = 0; d <= c; d++) out[c * width + d] += x * S[at + d]
    }
  }
  for (let c = 0; c < width; c++) for (let d = 0; d < c; d++) out[d * width + c] = out[c * width + d]
  return out
}

/** R S, for a symmetric S [width, width]. */
function timesSquare(R: Float32Array, S: Float64Array, width: number): Float32Array {
  const out = new Float32Array(R.length)
  for (let at = 0; at < R.length; at += width) {
    for (let c = 0; c < width; c++) {
      let sum = 0
      for (let d = 0; d < width; d++) sum += R[at + d] * S[c * width + d]
      out[at + c] = sum
    }
  }
  return out
}

function alongTheSphere(gradient: Float32Array, A: Float32Array, width: number): void {
  for (let at = 0; at < A.length; at += width) {
    let along = 0
    for (let c = at; c < at + width; c++) along += gradient[c] * A[c]
    for (let c = at; c < at + width; c++) gradient[c] -= along * A[c]
  }
}
