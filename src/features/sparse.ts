/** A sparse matrix: row i holds values[offsets[i] .. offsets[i + 1]) at the same places of `columns`. */
export interface SparseMatrix<V extends Float32Array | Float64Array = Float32Array | Float64Array> {
  height: number
  width: number
  offsets: Float64Array
  columns: Uint32Array
  values: V
}

/** Within a row of the result, columns ascend. */
export function transpose<V extends Float32Array | Float64Array>(a: SparseMatrix<V>): SparseMatrix<V> {
  const offsets = new Float64Array(a.width + 1)
  for (const j of a.columns) offsets[j + 1]++
  for (let j = 0; j < a.width; j++) offsets[j + 1] += offsets[j]
  const at = offsets.slice()
  const columns = new Uint32Array(a.columns.length)
  const values = new (a.values.constructor as new (n: number) => V)(a.values.length)
  for (let i = 0; i < a.height; i++) {
    for (let e = a.offsets[i]; e < a.offsets[i + 1]; e++) {
      const to = at[a.columns[e]]++
      columns[to] = i
      values[to] = a.values[e]
    }
  }
  return { height: a.width, width: a.height, offsets, columns, values }
}
