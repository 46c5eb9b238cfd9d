import type { Row } from './record.js'

export type Outcome = 'stored' | 'skipped' | 'rejected'

/** Notes why a row, or a value of it, is not stored. */
export interface Notes {
  /** the row is bad */
  reject(reason: string, value?: string): 'rejected'
  /** the row is sound, but no event: a cancelled invoice. Counted by reason, no sample is kept. */
  skip(reason: string): 'skipped'
  /** the row is stored, without a value of it that cannot be read. Counted by reason, no sample is kept. */
  lose(reason: string): void
}

/** Checks one row and hands it on; checks come first, so that a refused row leaves no trace. */
export type RowReader = (row: Row, notes: Notes) => Outcome

/** A reader of rows, with what it remembers from row to row. */
export interface Rows {
  read: RowReader
  /** what must be known to go on after a kill; saved with each transaction */
  save?: () => unknown
  restore?: (saved: unknown) => void
  /** what is worth saying when all rows are read */
  end?: () => string[]
}

const MAX_ID = 200
const MAX_TEXT = 1000

/**
 * What files write where they do not know a value. As an id it would make one user of all who are not known.
 */
const UNKNOWN = /^(?:nan|nat|null|none|nil|na|n\/a|#n\/a|\\n|\(null\)|<null>|<na>|undefined|unknown|[-–—]+|\?+)$/i

/** True for a word that says that the value is not known: NULL, NaN, None, \N, - and the like. */
export function isUnknown(text: string): boolean {
  // most texts are told by their length or their first character
  return text.length <= 9 && MAY_BE_UNKNOWN.has(text.charCodeAt(0)) && UNKNOWN.test(text)
}
const MAY_BE_UNKNOWN = new Set(Array.from('nNuU\\#(<?-–—', (first) => first.charCodeAt(0)))

/** A field without the blanks around it; '' where the column is absent, undefined where it is not one text. */
export function cell(row: Row, index: number | undefined): string | undefined {
  if (index === undefined) return ''
  return trimmed(row.field(index))
}

/** The same of a column that may hold a list (a/b/c) or an object (as JSON). */
export function nestedCell(row: Row, index: number | undefined): string | undefined {
  return index === undefined ? '' : trimmed(row.nested(index))
}

/** Why a text cannot be an id, or undefined when it can. */
export function badId(text: string): string | undefined {
  if (text === '') return 'is empty'
  if (text.length > MAX_ID) return `is longer than ${MAX_ID} characters`
  if (isUnknown(text)) return 'is not known (NULL, NaN, -)'
  return isPlainText(text) ? undefined : oddId(text)
}

function oddId(text: string): string | undefined {
  // 1.23457E+15: a spreadsheet, or a float, has put the same few digits in the place of many ids
  const [, decimals = '', power] = /^\d(?:\.(\d+))?e\+(\d+)$/i.exec(text) ?? []
  if (decimals.length < Number(power)) return 'was rounded before it came here (1.23E+15)'
  if (text.includes('\0')) return 'holds a NUL byte'
  return /\uFFFD|\p{Surrogate}/u.test(text) ? 'holds a character that was lost when it was written' : undefined
}

/** True for a text without a plus, a NUL and what may be half a character. */
function isPlainText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0 || code === 43 || code >= 0xd800) return false
  }
  return true
}

/** The id in a field; undefined where it is none, and the row is rejected. */
export function idOf(row: Row, index: number | undefined, name: string, { reject }: Notes): string | undefined {
  const text = cell(row, index)
  const bad = text === undefined ? row.fault(index!) : badId(text)
  if (bad === undefined) return text
  reject(`${name} ${bad}`, text ?? row.nested(index!))
  return undefined
}

/** The id in a field that may be empty; '' where it is, or where it is no id, which is counted. */
export function optionalId(row: Row, index: number | undefined, name: string, { lose }: Notes): string {
  const text = cell(row, index)
  if (text === '' || (text !== undefined && isUnknown(text))) return ''
  const bad = text === undefined ? row.fault(index!) : badId(text)
  if (bad === undefined) return text!
  lose(`${name} ${bad}`)
  return ''
}

/** A column of text that may be empty: undefined where unknown; cut to a bounded length. What is lost is counted. */
export function optionalText(row: Row, index: number | undefined, name: string, { lose }: Notes): string | undefined {
  const text = nestedCell(row, index)
  if (text === undefined) lose(`${name} ${row.fault(index!)}`)
  if (!text || isUnknown(text)) return undefined
  if (text.length <= MAX_TEXT) return text
  lose(`${name} is cut to ${MAX_TEXT} characters`)
  return boundedText(text)
}

/** A text cut to a bounded length; undefined for none. */
export function boundedText(text: string): string | undefined {
  if (text.length <= MAX_TEXT) return text || undefined
  // half a character at the cut is let go
  return text.slice(0, MAX_TEXT).replace(/\p{Surrogate}$/u, '')
}

/** A category path of the parts that are known: a/b/c. Undefined when none is. */
export function categoryPath(...parts: (string | undefined)[]): string | undefined {
  return boundedText(
    parts
      .filter((part) => part && !isUnknown(part))
      .map((part) => part!.trim().replaceAll('/', '|'))
      .filter(Boolean)
      .join('/'),
  )
}

function trimmed(text: string | undefined): string | undefined {
  if (text === undefined || text.length === 0) return text
  return text.charCodeAt(0) <= 32 || text.charCodeAt(text.length - 1) <= 32 ? text.trim() : text
}
