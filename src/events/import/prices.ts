/** How a file writes its prices. */
export interface PriceStyle {
  /** what comes before the cents */
  decimal: '.' | ','
  /** the sign of a currency beside the number; '' = none */
  sign: string
}

export const PLAIN_PRICES: PriceStyle = { decimal: '.', sign: '' }

/** More than this no 32-bit float holds, and prices are such floats to the models. */
const LARGEST = 3.4028234663852886e38

/**
 * How prices are written, from the first of them: 12.99 or 12,99; 1,299.00 or 1.299,00; with one currency sign or none.
 * A comma before three digits (1,299) is taken for one of thousands unless another price says otherwise.
 */
export function priceStyle(values: Iterable<string>): PriceStyle {
  const all = Array.from(values)
  const sign = all.reduce((found, value) => found || (/^\p{Sc}|\p{Sc}$/u.exec(value.trim())?.[0] ?? ''), '')
  for (const value of all) {
    const number = bare(value, sign)
    if (/^\d+(?:\.\d{3})*,(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:\.\d{3})+,\d+$/.test(number)) return { decimal: ',', sign }
    if (/^\d+(?:,\d{3})*\.(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:,\d{3})+\.\d+$/.test(number)) return { decimal: '.', sign }
  }
  return { decimal: '.', sign }
}

/** A price, or NaN where the text is none: below 0, no number, or beyond what a 32-bit float holds. */
export function parsePrice(text: string, { decimal, sign }: PriceStyle): number {
  let price = decimal === '.' ? Number(text) : NaN
  if (Number.isNaN(price)) price = withThousands(bare(text, sign), decimal)
  return price >= 0 && price <= LARGEST ? price : NaN
}

/** 1,299.00 or 1.299,00 or 1 299,00 -> a number; NaN where the groups are none. */
function withThousands(text: string, decimal: '.' | ','): number {
  const [whole, cents, ...more] = text.split(decimal)
  if (more.length > 0 || !/^\d*$/.test(cents ?? '')) return NaN
  if (!/^\d+$|^\d{1,3}(?:([.,' \u2019])\d{3})(?:\1\d{3})*$/.test(whole) || whole.includes(decimal)) return NaN
  return Number(`${whole.replace(/\D/g, '')}.${cents || '0'}`)
}

/** Without the currency sign, and with plain blanks. */
function bare(text: string, sign: string): string {
  const number = text.replace(/[\u00A0\u202F]/g, ' ').trim()
  if (sign === '') return number
  if (number.startsWith(sign)) return number.slice(sign.length).trim()
  return number.endsWith(sign) ? number.slice(0, -sign.length).trim() : number
}
