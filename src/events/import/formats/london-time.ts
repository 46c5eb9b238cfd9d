import { DAY } from '../../../core/time.js'
import { EARLIEST, LATEST } from '../timestamps.js'

/** Day 0 of dates in a workbook, 1899-12-30, in days before 1970-01-01. */
const SHEET_EPOCH = 25_569

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/
const SLASHES = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d)(?::(\d\d))?$/
const DASHES = /^(\d{1,2})-(\d{1,2})-(\d{4}) (\d{1,2}):(\d\d)(?::(\d\d))?$/

/**
 * Unix seconds of a British local time: the number of a workbook (40148.3229), 2009-12-01 07:45:00, 12/1/2010 8:26
 * (month first) or 01-12-2010 08:26 (day first); undefined for anything else. An hour that comes twice in October is
 * the first.
 */
export function londonTime(text: string): number | undefined {
  const local = /^\d+(\.\d+)?$/.test(text) ? Math.round((Number(text) - SHEET_EPOCH) * DAY) : written(text)
  if (local === undefined || !(local >= EARLIEST && local < LATEST)) return undefined
  const { begin, end } = summer(new Date(local * 1000).getUTCFullYear())
  // the clock shows an hour more from 01:00 UTC of the last Sunday in March to 01:00 UTC of the last Sunday in October
  return local >= begin + 3600 && local < end + 3600 ? local - 3600 : local
}

function written(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (iso) return seconds(iso[1], iso[2], iso[3], iso)
  const slashes = SLASHES.exec(text)
  if (slashes) return seconds(slashes[3], slashes[1], slashes[2], slashes)
  const dashes = DASHES.exec(text)
  return dashes ? seconds(dashes[3], dashes[2], dashes[1], dashes) : undefined
}

function seconds(year: string, month: string, day: string, parts: RegExpExecArray): number | undefined {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6] ?? 0)]
  if (
    date.getUTCMonth() !== Number(month) - 1 ||
    date.getUTCDate() !== Number(day) ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  )
    return undefined
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second
}

const summers = new Map<number, { begin: number; end: number }>()

/** When summer time begins and ends, unix seconds (EU directive 2000/84, followed since 1996). */
function summer(year: number): { begin: number; end: number } {
  let found = summers.get(year)
  if (!found) summers.set(year, (found = { begin: lastSunday(year, 2) + 3600, end: lastSunday(year, 9) + 3600 }))
  return found
}

/** Midnight UTC of the last Sunday of a month of 31 days, unix seconds. */
function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 31))
  return last.getTime() / 1000 - last.getUTCDay() * DAY
}
