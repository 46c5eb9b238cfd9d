/**
 * The inverse of a symmetric positive definite matrix a [n, n] by its Cholesky factor; `a` is overwritten.
 * @throws when a is not positive definite
 */
export function invertSymmetric(a: Float64Array, n: number): Float64Array {
  factor(a, n)
  const inverse = invertLower(a, n)
  return timesOwnTranspose(inverse, n)
}

/** a = L L^T; L replaces the lower triangle. */
function factor(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const s = a[i * n + j] - dot(a, i * n, j * n, j)
      if (i !== j) a[i * n + j] = s / a[j * n + j]
      else if (s > 0) a[i * n + i] = Math.sqrt(s)
      else throw new Error('cholesky: the matrix is not positive definite')
    }
  }
}

/** Row j holds column j of L^-1, so that later products read rows: t[j, i] = L^-1[i, j] for i >= j. */
function invertLower(l: Float64Array, n: number): Float64Array {
  const t = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    t[j * n + j] = 1 / l[j * n + j]
    for (let i = j + 1; i < n; i++) {
      let s = 0
      for (let k = j; k < i; k++) s += l[i * n + k] * t[j * n + k]
      t[j * n + i] = -s / l[i * n + i]
    }
  }
  return t
}

/** A^-1 = L^-T L^-1: element (i, j) is the product of columns i and j of L^-1 from max(i, j) on. */
function timesOwnTranspose(t: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = 0
      for (let k = i; k < n; k++) s += t[i * n + k] * t[j * n + k]
      out[i * n + j] = out[j * n + i] = s
    }
  }
  return out
}

function dot(a: Float64Array, x: number, y: number, n: number): number {
  let s = 0
  for (let k = 0; k < n; k++) s += a[x + k] * a[y + k]
  return s
}
