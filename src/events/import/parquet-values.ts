import { isUtf8 } from 'node:buffer'

/**
 * How hyparquet hands on what it reads: times as milliseconds, as an object a time is slow; JSON as it is written, with
 * all digits of its numbers.
 */
export const PARSERS = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros: bigint) => Math.floor(Number(micros) / 1000),
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1_000_000n),
  dateFromDays: (days: number) => days * 86_400_000,
  stringFromBytes: textOf,
  jsonFromBytes: textOf,
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

/** A moment in milliseconds, ISO 8601. */
export function momentText(milliseconds: number): string {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? 'not a time' : date.toISOString()
}

/** Bytes as the text that they are, or in hex where they are none. */
export function byteText(bytes: Uint8Array): string {
  const text = isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : undefined
  // eslint-disable-next-line no-control-regex
  return text === undefined || /[\u0000-\u001f]/.test(text) ? Buffer.from(bytes).toString('hex') : text
}

/** A decimal as it is stored (a whole number, or big-endian bytes in two's complement) with its point. */
export function decimalText(stored: unknown, scale: number): string {
  if (stored === null || stored === undefined) return ''
  const whole = stored instanceof Uint8Array ? signed(stored) : BigInt(stored as number | bigint)
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  const cut = digits.length - scale
  // 12.00 and 12 are one number, and one id
  const part = digits.slice(cut).replace(/0+$/, '')
  return `${whole < 0n ? '-' : ''}${digits.slice(0, cut)}${part === '' ? '' : `.${part}`}`
}

function signed(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}
