import { DAY } from '../../core/time.js'
import { isTime, parseTime, timeUnit } from './timestamps.js'
import { parsePrice, PLAIN_PRICES } from './prices.js'
import type { Row } from './record.js'
import { badId, cell, isUnknown, nestedCell } from './row.js'

/** A value that cannot be read, and why. */
export class BadValue {
  constructor(readonly reason: string) {}
}

/** What a field says: undefined where it says nothing, null for the word none. */
export type Said<T> = T | null | undefined | BadValue

const MOST_WORDS = 300
const LONGEST_WORD = 100

/** The text of a field; undefined where it is empty or says that it is not known. */
function saidText(row: Row, index: number | undefined): Said<string> {
  const text = cell(row, index)
  if (text === undefined) return new BadValue(row.fault(index!))
  if (/^none$/i.test(text)) return null
  return text === '' || isUnknown(text) ? undefined : text
}

/** Reads the text of a field, where there is one. */
function said<T>(row: Row, index: number | undefined, read: (text: string) => T | BadValue): Said<T> {
  const text = saidText(row, index)
  return typeof text === 'string' ? read(text) : text
}

/** An id that may be left out: '' where it is. */
export function saidId(row: Row, index: number | undefined): string | BadValue {
  const text = cell(row, index)
  if (text === undefined) return new BadValue(row.fault(index!))
  if (text === '' || isUnknown(text)) return ''
  const bad = badId(text)
  return bad === undefined ? text : new BadValue(bad)
}

/** An amount of money, at least 0 or above it. */
export const saidAmount = (row: Row, index: number | undefined, least: 'at least 0' | 'above 0'): Said<number> =>
  said(row, index, (text) => {
    const amount = parsePrice(text, PLAIN_PRICES)
    return amount > 0 || (amount === 0 && least === 'at least 0') ? amount : new BadValue(`is not a number ${least}`)
  })

/** A whole number of at least `least`; 3.0 is one too. */
export const saidWhole = (row: Row, index: number | undefined, least: number): Said<number> =>
  said(row, index, (text) => {
    const number = /^\d{1,9}(?:\.0+)?$/.test(text) ? Number(text) : NaN
    return number >= least ? number : new BadValue(`is not a whole number of at least ${least}`)
  })

/** A probability above 0. */
export const saidProbability = (row: Row, index: number | undefined): Said<number> =>
  said(row, index, (text) => {
    const p = Number(text)
    return p > 0 && p <= 1 ? p : new BadValue('is not a probability above 0 and up to 1')
  })

/** One of some words. @param words what a file may write -> what it means */
export const saidWord = <T extends string>(
  row: Row,
  index: number | undefined,
  words: Readonly<Record<string, T>>,
): Said<T> =>
  said(row, index, (text) => {
    const word = text.toLowerCase()
    return Object.hasOwn(words, word)
      ? words[word]
      : new BadValue(`is none of ${[...new Set(Object.values(words))].join(', ')}`)
  })

/** 1, true and yes; 0, false and no; nothing is no. */
export function saidYes(row: Row, index: number | undefined): boolean | BadValue {
  const word = said(row, index, (text) =>
    /^(1|1\.0+|true|t|yes|y)$/i.test(text)
      ? true
      : /^(0|0\.0+|false|f|no|n)$/i.test(text)
        ? false
        : new BadValue('is neither 0 nor 1'),
  )
  return word ?? false
}

/**
 * A moment, unix seconds; each value for itself. @param day of a day without a time of day the first moment, or the one
 * after the last
 */
export const saidTime = (row: Row, index: number | undefined, day: 'begin' | 'end'): Said<number> =>
  said(row, index, (text) => {
    const unit = timeUnit(text)
    if (unit === undefined) return new BadValue('is not a time between 1990 and 2100')
    if (unit === 'day first' && isTime(text, 'month first') && !text.includes('.'))
      return new BadValue('may begin with the day or the month: write 2025-01-31')
    const seconds = parseTime(text, unit)!
    const isDay = !unit.endsWith('seconds') && seconds % DAY === 0 && !text.includes(':') && !/^\d{10,}/.test(text)
    return isDay && day === 'end' ? seconds + DAY : seconds
  })

/** Words apart by |, or a list. @param write how a word is written */
export const saidWords = (row: Row, index: number | undefined, write: (word: string) => string): Said<string[]> => {
  const nested = index !== undefined && row.field(index) === undefined ? nestedCell(row, index) : undefined
  if (nested !== undefined)
    return /^[[{]/.test(nested) ? new BadValue('is not a list of words') : listed(nested.split('/'), write)
  return said(row, index, (text) => {
    const parts = text.startsWith('[') ? jsonWords(text) : text.split(isListOfCodes(text) ? ',' : /[|;]/)
    return parts === undefined ? new BadValue('is not a list: a|b or ["a","b"]') : listed(parts, write)
  })
}

/** DE,FR,US: commas are between codes, and inside of names such as Korea, Republic of. */
const isListOfCodes = (text: string): boolean => /^[a-z]{2,3}(?:\s*,\s*[a-z]{2,3})+$/i.test(text)

function jsonWords(text: string): string[] | undefined {
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}

function listed(parts: string[], write: (word: string) => string): string[] | null | BadValue {
  const words = [...new Set(parts.map((part) => write(part.trim())).filter((word) => word !== ''))]
  if (words.length > MOST_WORDS || words.some((word) => word.length > LONGEST_WORD))
    return new BadValue(`has more than ${MOST_WORDS} words, or one longer than ${LONGEST_WORD} characters`)
  return words.length === 0 ? null : words
}

/** A country: codes of two letters are written large. */
export const country = (word: string): string => (/^[a-z]{2}$/i.test(word) ? word.toUpperCase() : word)
