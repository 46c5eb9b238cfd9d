/** A share as a signed percentage: +1.2 %, +12 %, +123 %. */
export function percent(x: number | null): string {
  if (x === Infinity) return 'any'
  if (x === null || !Number.isFinite(x)) return '-'
  const text = (100 * x).toFixed(Math.abs(x) < 0.0995 ? 1 : 0)
  return `${Number(text) > 0 ? '+' : ''}${Number(text) === 0 ? '0.0' : text} %`
}

/** An interval of shares: +1.2 to +3.4 %. */
export const range = (interval: readonly [number, number] | null | undefined): string =>
  interval?.every(Number.isFinite) ? `${percent(interval[0]).replace(' %', '')} to ${percent(interval[1])}` : '-'
