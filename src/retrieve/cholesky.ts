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
      const s = a[i * n + j] - dot(a, i * n, a, j * n, j)
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
      t[j * n + i] = -dot(l, i * n + j, t, j * n + j, i - j) / l[i * n + i]
    }
  }
  return t
}

/** A^-1 = L^-T L^-1: element (i, j) is the product of columns i and j of L^-1 from max(i, j) on. */
function timesOwnTranspose(t: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      out[i * n + j] = out[j * n + i] = dot(t, i * n + i, t, j * n + i, n - i)
    }
  }
  return out
}

/** Sum over n places of a from x on and b from y on; four sums at once, which do not wait for each other. */
function dot(a: Float64Array, x: number, b: Float64Array, y: number, n: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let k = 0
  for (; k + 3 < n; k += 4) {
    s0 += a[x + k] * b[y + k]
    s1 += a[x + k + 1] * b[y + k + 1]
    s2 += a[x + k + 2] * b[y + k + 2]
    s3 += a[x + k + 3] * b[y + k + 3]
  }
  for (; k < n; k++) s0 += a[x + k] * b[y + k]
  return s0 + s1 + (s2 + s3)
}
