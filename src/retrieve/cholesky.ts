/** Rows that are multiplied with another at once: it is then read once for all of them. */
const ROWS = 4

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
  const sums = new Float64Array(ROWS)
  for (let i = 0; i < n; i += ROWS) {
    const rows = Math.min(ROWS, n - i)
    for (let j = 0; j < i; j++) {
      products(a, i, rows, a, j, 0, j, n, sums)
      for (let r = 0; r < rows; r++) {
        const at = (i + r) * n + j
        a[at] = (a[at] - sums[r]) / a[j * n + j]
      }
    }
    for (let j = i; j < i + rows; j++)
      for (let row = j; row < i + rows; row++) {
        products(a, row, 1, a, j, 0, j, n, sums)
        const s = a[row * n + j] - sums[0]
        if (row !== j) a[row * n + j] = s / a[j * n + j]
        else if (s > 0) a[j * n + j] = Math.sqrt(s)
        else throw new Error('cholesky: the matrix is not positive definite')
      }
  }
}

/** Row j holds column j of L^-1, so that later products read rows: t[j, i] = L^-1[i, j] for i >= j, else 0. */
function invertLower(l: Float64Array, n: number): Float64Array {
  const t = new Float64Array(n * n)
  const sums = new Float64Array(ROWS)
  for (let j = 0; j < n; j += ROWS) {
    const rows = Math.min(ROWS, n - j)
    for (let i = j; i < n; i++) {
      products(t, j, rows, l, i, j, i, n, sums)
      for (let r = 0; r < rows && j + r <= i; r++) t[(j + r) * n + i] = ((i === j + r ? 1 : 0) - sums[r]) / l[i * n + i]
    }
  }
  return t
}

/** A^-1 = L^-T L^-1: element (i, j) is the product of columns i and j of L^-1 from max(i, j) on. */
function timesOwnTranspose(t: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  const sums = new Float64Array(ROWS)
  for (let i = 0; i < n; i += ROWS) {
    const rows = Math.min(ROWS, n - i)
    for (let j = 0; j < i + rows; j++) {
      products(t, i, rows, t, j, Math.max(i, j), n, n, sums)
      for (let r = 0; r < rows; r++) out[(i + r) * n + j] = out[j * n + i + r] = sums[r]
    }
  }
  return out
}

/**
 * sums[r] = sum over columns [from, to) of rows i + r of a and row j of b, r below `rows`. Two sums a row, which do not
 * wait for each other.
 */
function products(
  a: Float64Array,
  i: number,
  rows: number,
  b: Float64Array,
  j: number,
  from: number,
  to: number,
  n: number,
  sums: Float64Array,
): void {
  if (rows < ROWS) {
    for (let r = 0; r < rows; r++) {
      let s = 0
      for (let k = from; k < to; k++) s += a[(i + r) * n + k] * b[j * n + k]
      sums[r] = s
    }
    return
  }
  const [p, y] = [i * n, j * n]
  const [q, u, v] = [p + n, p + 2 * n, p + 3 * n]
  let [s0, s1, s2, s3, r0, r1, r2, r3] = [0, 0, 0, 0, 0, 0, 0, 0]
  let k = from
  for (; k + 1 < to; k += 2) {
    const x = b[y + k]
    const z = b[y + k + 1]
    s0 += a[p + k] * x
    r0 += a[p + k + 1] * z
    s1 += a[q + k] * x
    r1 += a[q + k + 1] * z
    s2 += a[u + k] * x
    r2 += a[u + k + 1] * z
    s3 += a[v + k] * x
    r3 += a[v + k + 1] * z
  }
  if (k < to) {
    const x = b[y + k]
    s0 += a[p + k] * x
    s1 += a[q + k] * x
    s2 += a[u + k] * x
    s3 += a[v + k] * x
  }
  sums[0] = s0 + r0
  sums[1] = s1 + r1
  sums[2] = s2 + r2
  sums[3] = s3 + r3
}
