import { UserError } from '../../core/errors.js'

/** How a file writes its times. */
export type TimeUnit = 'seconds' | 'milliseconds' | 'microseconds' | 'iso'

/** Times that are taken for real: 1990-01-01 to 2100-01-01, unix seconds. */
export const EARLIEST = 631_152_000
export const LATEST = 4_102_444_800

const DIVISOR = { seconds: 1, milliseconds: 1000, microseconds: 1_000_000 } as const

/** What the unit of a value must be, by its magnitude or form; undefined when it is not a time. */
export function timeUnit(text: string): TimeUnit | undefined {
  for (const unit of ['seconds', 'milliseconds', 'microseconds', 'iso'] as const)
    if (parseTime(text, unit) !== undefined) return unit
  return undefined
}

/**
 * Unix seconds of a value, or undefined when it is not a time of this unit in the sane range. Without a zone ISO is
 * UTC.
 */
export function parseTime(text: string, unit: TimeUnit): number | undefined {
  const seconds = unit === 'iso' ? isoSeconds(text) : text === '' ? NaN : Math.floor(Number(text) / DIVISOR[unit])
  return seconds >= EARLIEST && seconds < LATEST ? seconds : undefined
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/

/** 2019-10-01, 2019-10-01T12:00:00.5Z, 2019-10-01 00:00:00 UTC, 2019-10-01T12:00+02:00; NaN for anything else. */
function isoSeconds(text: string): number {
  const parts = ISO.exec(text)
  if (!parts) return NaN
  const [hour, minute, second] = [Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60) return NaN
  // times of a file mostly lie on the day of the one before
  if (!text.startsWith(lastDay)) {
    lastDay = text.slice(0, 10)
    lastMidnight = midnight(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  }
  return lastMidnight + hour * 3600 + minute * 60 + second - zoneSeconds(parts[7])
}

let lastDay = '1970-01-01'
let lastMidnight = 0

/** Unix seconds; NaN for a day that is none. */
function midnight(year: number, month: number, day: number): number {
  const time = Date.UTC(year, month - 1, day)
  // Date.UTC makes March of the 30th of February
  return new Date(time).getUTCDate() === day && month >= 1 && month <= 12 ? time / 1000 : NaN
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60)
}

/** A moment that the user names: a date, an ISO time or unix seconds. @throws UserError for anything else */
export function moment(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined
  const unit = timeUnit(text)
  if (!unit)
    throw new UserError(
      `${flag} is ${text}, not a date.`,
      `Use an ISO date or time, UTC where no zone is given: ${flag} 2015-08-18`,
    )
  return parseTime(text, unit)
}
