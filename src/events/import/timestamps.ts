import { UserError } from '../../core/errors.js'

/** How a file writes its times. */
export type TimeUnit = 'seconds' | 'milliseconds' | 'microseconds' | 'iso'

/** Times that are taken for real: 1990-01-01 to 2100-01-01, unix seconds. */
export const EARLIEST = 631_152_000
export const LATEST = 4_102_444_800

const DIVISOR = { seconds: 1, milliseconds: 1000, microseconds: 1_000_000 } as const

/** What the unit of a value must be, by its magnitude or form; undefined when it is not a time. */
export function timeUnit(text: string): TimeUnit | undefined {
  for (const unit of ['seconds', 'milliseconds', 'microseconds', 'iso'] as const) if (parseTime(text, unit) !== undefined) return unit
  return undefined
}

/** Unix seconds of a value, or undefined when it is not a time of this unit in the sane range. Without a zone ISO is UTC. */
export function parseTime(text: string, unit: TimeUnit): number | undefined {
  const seconds = unit === 'iso' ? isoSeconds(text) : text === '' ? NaN : Math.floor(Number(text) / DIVISOR[unit])
  return seconds >= EARLIEST && seconds < LATEST ? seconds : undefined
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/

/** 2019-10-01, 2019-10-01T12:00:00.5Z, 2019-10-01 00:00:00 UTC, 2019-10-01T12:00+02:00; NaN for anything else. */
function isoSeconds(text: string): number {
  const parts = ISO.exec(text)
  if (!parts) return NaN
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(parts[i] ?? 0))
  if (hour > 23 || minute > 59 || second > 60) return NaN
  const midnight = Date.UTC(year, month - 1, day)
  // Date.UTC makes March of the 30th of February
  if (new Date(midnight).getUTCDate() !== day || month < 1 || month > 12) return NaN
  return midnight / 1000 + hour * 3600 + minute * 60 + second - zoneSeconds(parts[7])
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
  if (!unit) throw new UserError(`${flag} is ${text}, not a date.`, `Use an ISO date or time, UTC where no zone is given: ${flag} 2015-08-18`)
  return parseTime(text, unit)
}
