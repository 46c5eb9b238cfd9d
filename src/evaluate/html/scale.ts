/** Round ticks from 0 to at least `highest`, about `n` of them. */
export function niceTicks(highest: number, n: number): number[] {
  if (!(highest > 0)) return [0, 1]
  const rough = highest / n
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((f) => f * unit).find((s) => s >= rough * 0.999)!
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** .05 -> "5 %", .0025 -> "0.25 %": with as many digits as it needs, three at most. */
export function percent(x: number): string {
  return `${Number((100 * x).toPrecision(3))}\u00A0%`
}

/** With one decimal: .1102 -> "11.0 %"; two below 1 %. */
export function percentage(x: number): string {
  const p = 100 * x
  return `${p !== 0 && Math.abs(p) < 1 ? p.toFixed(2) : p.toFixed(1)}\u00A0%`
}

/** A difference of shares in percentage points: "+0.05 points". */
export function points(x: number): string {
  return `${x < 0 ? '−' : '+'}${Math.abs(100 * x).toFixed(2)}`
}
