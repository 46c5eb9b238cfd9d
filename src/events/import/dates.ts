const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?(?:\[[\w/+-]+\])?$/
/** 2019/10/1 8:05, 2019.10.01 */
const YEAR_FIRST =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[Tt ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/

/**
 * Unix seconds of 2019-10-01, 2019-10-01T12:00:00.5Z, 2019-10-01 00:00:00 UTC, 2019-10-01T12:00+02:00, 2019/10/1 8:05;
 * NaN for anything else.
 */
export function isoSeconds(text: string): number {
  const plain = plainSeconds(text)
  return Number.isNaN(plain) ? otherIso(text) : plain
}

/** The form that most logs have, without a pattern: 2019-10-01 00:00:00, with Z, UTC or nothing behind it. */
function plainSeconds(text: string): number {
  const { length } = text
  if (length < 19 || (length > 19 && !(length === 20 ? text.endsWith('Z') : length === 23 && text.endsWith(' UTC'))))
    return NaN
  const separator = text.charCodeAt(10)
  if ((separator !== SPACE && separator !== T) || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON)
    return NaN
  const [hour, minute, second] = [digits(text, 11), digits(text, 14), digits(text, 17)]
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return NaN
  // times of a file mostly lie on the day of the one before
  if (!text.startsWith(lastDay)) return NaN
  return lastMidnight + hour * 3600 + minute * 60 + second
}

const [SPACE, COLON, T] = [32, 58, 84]

/** The number that two digits make; NaN for anything else. */
function digits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

function otherIso(text: string): number {
  const parts = ISO.exec(text)
  if (!parts) return yearFirst(text)
  const [hour, minute, second] = [Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60) return NaN
  if (!text.startsWith(lastDay)) {
    lastDay = text.slice(0, 10)
    lastMidnight = midnight(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  }
  return lastMidnight + hour * 3600 + minute * 60 + second - zoneSeconds(parts[7])
}

let lastDay = '1970-01-01'
let lastMidnight = 0

function yearFirst(text: string): number {
  const parts = YEAR_FIRST.exec(text)
  if (!parts) return NaN
  return datedSeconds(parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]) - zoneSeconds(parts[7])
}

const NUMERIC =
  /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d\d)(?:,?[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?$/

/** Unix seconds of 31/12/2019 23:59 (day first) or 12/31/2019 11:59 PM (month first); NaN for anything else. */
export function numericSeconds(text: string, order: 'day first' | 'month first'): number {
  const parts = NUMERIC.exec(text)
  if (!parts) return NaN
  const [day, month] = order === 'day first' ? [parts[1], parts[2]] : [parts[2], parts[1]]
  return datedSeconds(fullYear(parts[3]), month, day, hour24(parts[4], parts[7]), parts[5], parts[6])
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const CLOCK = /(?<!\d)(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\b\.?)?/
const ZONE = /(?:UTC|GMT|Z)\b|(?<=\s)[+-]\d\d:?\d\d\b/

/**
 * Unix seconds of dates with the English name of the month, in any order: Tue, 01 Oct 2019 12:00:00 GMT,
 * 01/Oct/2019:12:00:00 +0200, Oct 1, 2019 12:00 PM, Tue Oct 1 12:00:00 UTC 2019; NaN for anything else.
 */
export function wordedSeconds(text: string): number {
  if (text.length > 50) return NaN
  let rest = text
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest)
    if (found) rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`
    return found ?? undefined
  }
  const clock = take(CLOCK)
  const zone = clock && take(ZONE)
  const month = take(/\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b\.?/i)
  const year = take(/\b\d{4}\b/)
  const day = take(/\b\d{1,2}\b/)
  // the day of the week may be left, and what stands between
  if (!month || !year || !day || !/^[\s,/:[\]-]*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)?[\s,/:.[\]-]*$/i.test(rest))
    return NaN
  const number = String(MONTHS.indexOf(month[1].toLowerCase()) + 1)
  return (
    datedSeconds(year[0], number, day[0], hour24(clock?.[1], clock?.[4]), clock?.[2], clock?.[3]) -
    zoneSeconds(zone?.[0])
  )
}

/** Unix seconds of a date and time of day (UTC); NaN where there is no such day or time. */
export function datedSeconds(year: string, month: string, day: string, hour = '0', minute = '0', second = '0'): number {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return NaN
  const clock = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return midnight(Number(year), Number(month), Number(day)) + clock
}

/** Unix seconds; NaN for a day that is none. */
function midnight(year: number, month: number, day: number): number {
  const time = Date.UTC(year, month - 1, day)
  // Date.UTC makes March of the 30th of February
  return new Date(time).getUTCDate() === day && month >= 1 && month <= 12 ? time / 1000 : NaN
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0
  const sign = zone.startsWith('-') ? -1 : 1
  const digits = zone.replace(/\D/g, '').padEnd(4, '0')
  return sign * (Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60)
}

/** 12 AM is 0, 12 PM is 12; an hour of 13 and more has no half of the day. */
function hour24(hour: string | undefined, half: string | undefined): string | undefined {
  if (hour === undefined || half === undefined) return hour
  if (Number(hour) < 1 || Number(hour) > 12) return '99'
  return String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0))
}

/** Of a year with two digits: 70 to 99 are of the last century. */
function fullYear(year: string): string {
  if (year.length === 4) return year
  return Number(year) >= 70 ? `19${year}` : `20${year}`
}
