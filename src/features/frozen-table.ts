/**
 * A table with a row of zeros in front: row 0 = none, row i + 1 = entry i, as the model's inputs count.
 * @param table [entries, width]
 */
export function withZeroRow(table: Float32Array, width: number): Float32Array {
  const out = new Float32Array(table.length + width)
  out.set(table, width)
  return out
}
