/** 1234567 -> "1,234,567"; below 10 one decimal. */
export function count(n: number): string {
  return n !== 0 && n < 10 && !Number.isInteger(n) ? n.toFixed(1) : Math.round(n).toLocaleString('en-US')
}

/** "1 item", "2 items" */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** A share from 0 to 1 with three digits that count and no leading zero: .0674, .125, 1.00; '-' for none. */
export function share(x: number): string {
  if (!Number.isFinite(x)) return '-'
  if (x === 0) return '0'
  const size = Math.abs(x)
  if (size >= 0.9995) return x.toFixed(2)
  return x.toFixed(size < 0.01 ? 4 : 3).replace(/^(-?)0/, '$1')
}

/** A difference of shares: +.0012, -.034; what rounds to nothing is +.0000. */
export function signed(x: number): string {
  const size = share(Math.abs(x))
  return Number(size) === 0 ? '+.0000' : `${x < 0 ? '-' : '+'}${size}`
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

/** A price with two decimals, no currency (the data has none); empty where unknown. */
export function price(value: number | null): string {
  return value === null ? '' : value.toFixed(2)
}

/** Seconds as "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const s = Math.round(seconds)
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
}

/** A number of bytes: 950 B, 12 kB, 1.2 MB, 5.0 GB. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const unit = Math.min(units.length - 1, n < 1000 ? 0 : Math.floor(Math.log10(n) / 3))
  const size = n / 1000 ** unit
  return `${unit === 0 || size >= 9.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}
