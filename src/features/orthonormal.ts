/** A column whose length falls to this share of what it was lies in the span of those before it. */
const DEPENDENT = 1e-5

/**
 * An orthonormal basis of the columns of X [rows, width], in row-major order: Gram-Schmidt with each column
 * orthogonalised twice ("twice is enough", Parlett 1998). Columns that depend on earlier ones become zero.
 */
export function orthonormalColumns(x: Float32Array, rows: number, width: number): Float32Array {
  const columns = Array.from({ length: width }, (_, c) => {
    const column = new Float32Array(rows)
    for (let i = 0; i < rows; i++) column[i] = x[i * width + c]
    return column
  })
  columns.forEach((column, c) => {
    const before = Math.sqrt(dot(column, column))
    for (let pass = 0; pass < 2; pass++) {
      for (let d = 0; d < c; d++) subtract(column, dot(column, columns[d]), columns[d])
    }
    const after = Math.sqrt(dot(column, column))
    const factor = after > DEPENDENT * before && after > 0 ? 1 / after : 0
    for (let i = 0; i < rows; i++) column[i] *= factor
  })
  const out = new Float32Array(rows * width)
  columns.forEach((column, c) => {
    for (let i = 0; i < rows; i++) out[i * width + c] = column[i]
  })
  return out
}

function dot(a: Float32Array, b: Float32Array): number {
  // four sums: the additions do not wait for each other
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const n = a.length
  const whole = n - (n % 4)
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i] * b[i]
    s1 += a[i + 1] * b[i + 1]
    s2 += a[i + 2] * b[i + 2]
    s3 += a[i + 3] * b[i + 3]
  }
  for (let i = whole; i < n; i++) s0 += a[i] * b[i]
  return s0 + s1 + s2 + s3
}

function subtract(a: Float32Array, factor: number, b: Float32Array): void {
  if (factor === 0) return
  for (let i = 0; i < a.length; i++) a[i] -= factor * b[i]
}
