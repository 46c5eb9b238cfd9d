/** .0674, with three digits that count. */
export function share(x: number): string {
  if (x === 0) return '0'
  if (x >= 0.9995) return '1.00'
  return x.toFixed(x < 0.01 ? 4 : 3).replace(/^0/, '')
}

/** +.0012, -.034; what rounds to nothing is +.0000. */
export function signed(x: number): string {
  const size = share(Math.abs(x))
  return Number(size) === 0 ? '+.0000' : `${x < 0 ? '-' : '+'}${size}`
}
