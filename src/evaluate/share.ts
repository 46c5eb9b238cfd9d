/** .0674, with three digits that count. */
export function share(x: number): string {
  if (x === 0) return '0'
  if (x >= 0.9995) return '1.00'
  return x.toFixed(x < 0.01 ? 4 : 3).replace(/^0/, '')
}

/** +.0012, -.0340. */
export const signed = (x: number): string => `${x < 0 ? '-' : '+'}${share(Math.abs(x))}`
