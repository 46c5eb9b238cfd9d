/**
 * Eigenvalues (descending) and eigenvectors (vectors[k * n ..] belongs to values[k]) of a small symmetric matrix
 * [n, n], by cyclic Jacobi rotations (Golub & Van Loan, "Matrix Computations", 4th edition, section 8.5).
 */
export function smallEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  let norm = 0
  for (const x of a) norm += x * x
  for (let sweep = 0; sweep < 60 && offDiagonal(a, n) > 1e-24 * norm; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i])
  const vectors = new Float64Array(n * n)
  order.forEach((i, k) => vectors.set(v.subarray(i * n, i * n + n), k * n))
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors }
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) sum += 2 * a[i * n + j] ** 2
  return sum
}

/** The rotation in the plane (p, q) that makes a[p, q] zero; the rows of v collect the eigenvectors. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]
  if (apq === 0) return
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p], a[k * n + q]]
    a[k * n + p] = c * x - s * y
    a[k * n + q] = s * x + c * y
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k], a[q * n + k]]
    a[p * n + k] = c * x - s * y
    a[q * n + k] = s * x + c * y
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [v[p * n + k], v[q * n + k]]
    v[p * n + k] = c * x - s * y
    v[q * n + k] = s * x + c * y
  }
}
