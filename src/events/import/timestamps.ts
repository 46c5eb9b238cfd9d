import { UserError } from '../../core/errors.js'
import { DAY } from '../../core/time.js'
import { datedSeconds, isoSeconds, numericSeconds, wordedSeconds } from './dates.js'

/** How a file writes its times. */
export type TimeUnit = (typeof UNITS)[number]

/** Tried in this order; a value of one is none of another, but for a day and a month that can both be either. */
const UNITS = [
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
  'iso',
  'digits',
  'sheet days',
  'day first',
  'month first',
  'words',
] as const

/** Times that are taken for real: 1990-01-01 to 2100-01-01, unix seconds. */
export const EARLIEST = 631_152_000
export const LATEST = 4_102_444_800

/** Decimal places that a whole number has below the second. */
const PLACES = { seconds: 0, milliseconds: 3, microseconds: 6, nanoseconds: 9 } as const

/** What is said of a unit to the user: "times are read as ...". */
export const UNIT_WORDS: Record<TimeUnit, string> = {
  seconds: 'unix seconds',
  milliseconds: 'unix milliseconds',
  microseconds: 'unix microseconds',
  nanoseconds: 'unix nanoseconds',
  iso: 'ISO 8601, UTC where no zone is given',
  digits: 'dates without separators (20191001), UTC',
  'sheet days': 'the days of a spreadsheet (43739.5), UTC',
  'day first': 'day, month, year (31/12/2019), UTC',
  'month first': 'month, day, year (12/31/2019), UTC',
  words: 'dates with the name of the month, UTC where no zone is given',
}

/** What the unit of a value must be, by its magnitude or form; undefined when it is not a time. */
export function timeUnit(text: string): TimeUnit | undefined {
  return UNITS.find((unit) => parseTime(text, unit) !== undefined)
}

/** True where a value may be a time of this unit; of 1/2/2019 both orders are true. */
export const isTime = (text: string, unit: TimeUnit): boolean => parseTime(text, unit) !== undefined

/**
 * Unix seconds of a value, or undefined when it is not a time of this unit in the sane range. What names no zone is
 * UTC.
 */
export function parseTime(text: string, unit: TimeUnit): number | undefined {
  const seconds = secondsOf(text, unit)
  return seconds >= EARLIEST && seconds < LATEST ? seconds : undefined
}

function secondsOf(text: string, unit: TimeUnit): number {
  switch (unit) {
    case 'iso':
      return isoSeconds(text)
    case 'digits':
      return digitSeconds(text)
    case 'sheet days':
      return sheetSeconds(text)
    case 'day first':
    case 'month first':
      return numericSeconds(text, unit)
    case 'words':
      return wordedSeconds(text)
    default:
      return unixSeconds(text, PLACES[unit])
  }
}

/** A whole number loses its last `places` digits as text, so that no digit is lost to a float first. */
function unixSeconds(text: string, places: number): number {
  let number = 0
  const whole = text.length - places
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return writtenOtherwise(text, places)
    if (i < whole) number = number * 10 + digit
  }
  return whole > 0 ? number : NaN
}

/** 1483271606.5, 1.483271606e9; NaN for 1.48E+09, which a spreadsheet has rounded. */
function writtenOtherwise(text: string, places: number): number {
  const parts = /^(\d+)(?:\.(\d*))?(?:[eE](\+?)\d+)?$/.exec(text)
  if (!parts || (parts[3] === '+' && (parts[1] + parts[2]).length < 9)) return NaN
  return Math.floor(Number(text) / 10 ** places)
}

/** 20191001, 201910011200, 20191001120059. */
function digitSeconds(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?$/.exec(text)
  return parts ? datedSeconds(parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]) : NaN
}

/** Day 0 of dates in a workbook, 1899-12-30, in days before 1970-01-01. */
export const SHEET_EPOCH = 25_569

/** 43739.5: days since the end of 1899, the time of day as a part of one. */
function sheetSeconds(text: string): number {
  return /^\d{5}(?:\.\d+)?$/.test(text) ? Math.round((Number(text) - SHEET_EPOCH) * DAY) : NaN
}

/** A moment that the user names: a date, an ISO time or unix seconds. @throws UserError for anything else */
export function moment(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined
  const found = parseTime(text, 'iso') ?? parseTime(text, 'seconds')
  if (found === undefined)
    throw new UserError(
      `${flag} is ${text}, not a date.`,
      `Use an ISO date or time, UTC where no zone is given: ${flag} 2015-08-18`,
    )
  return found
}
