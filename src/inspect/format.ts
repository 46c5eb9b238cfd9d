import { count } from '../core/progress.js'

/** A recall or share with three significant places and no leading zero: .081, .24, 1 */
export function share(x: number): string {
  if (!Number.isFinite(x)) return '-'
  if (x === 0) return '0'
  if (x >= 1) return x.toFixed(x === 1 ? 0 : 2)
  const text = x >= 0.1 ? x.toFixed(3) : x.toFixed(4)
  return text.replace(/^(-?)0\./, '$1.')
}

/** A number in about `digits` significant digits: 0.00185 -> "1.85e-3", 7.1042 -> "7.10" */
export function short(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return '-'
  if (x === 0) return '0'
  const size = Math.abs(x)
  if (size >= 1e6 || size < 1e-2) return x.toExponential(digits - 1).replace('e+', 'e')
  const whole = Math.floor(Math.log10(size)) + 1
  return x.toFixed(Math.max(0, digits - Math.max(1, whole)))
}

/** Unix seconds as "2017-12-01" (UTC). */
export function day(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10)
}

/** Unix seconds as "2017-12-01 14:05" (UTC). */
export function minute(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

/** How long before `moment` a time was: "35 min", "6 h", "12 d", "14 mo", in at most six columns. */
export function age(time: number, moment: number): string {
  const s = Math.max(0, moment - time)
  if (s < 3600) return `${Math.floor(s / 60)} min`
  if (s < 2 * 86_400) return `${Math.floor(s / 3600)} h`
  if (s < 365 * 86_400) return `${Math.floor(s / 86_400)} d`
  return `${Math.floor(s / (30.44 * 86_400))} mo`
}

/** A price with two decimals, no currency (the data has none); empty where unknown. */
export function price(value: number | null): string {
  return value === null ? '' : value.toFixed(2)
}

/** "1 item", "2 items" */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`
}
