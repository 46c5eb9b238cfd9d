/** Rows of a flat [rows, width] array to length 1; a row of zeros stays one. */
export function toUnitLength(rows: Float32Array, width: number): void {
  for (let at = 0; at < rows.length; at += width) {
    let squares = 0
    for (let c = at; c < at + width; c++) squares += rows[c] ** 2
    if (squares > 0) for (let c = at; c < at + width; c++) rows[c] /= Math.sqrt(squares)
  }
}
