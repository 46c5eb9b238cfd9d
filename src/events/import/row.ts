import type { Row } from './record.js'

export type Outcome = 'stored' | 'skipped' | 'rejected'

/** Notes why a row is not stored. */
export interface Notes {
  /** the row is bad */
  reject(reason: string, value?: string): 'rejected'
  /** the row is sound, but no event: a cancelled invoice. Counted by reason, no sample is kept. */
  skip(reason: string): 'skipped'
}

/** Checks one row and hands it on; checks come first, so that a refused row leaves no trace. */
export type RowReader = (row: Row, notes: Notes) => Outcome

/** A reader of rows, with what it remembers from row to row. */
export interface Rows {
  read: RowReader
  /** what must be known to go on after a kill; saved with each transaction */
  save?: () => unknown
  restore?: (saved: unknown) => void
}

export const MAX_ID = 200
const MAX_TEXT = 1000

/** A field without the blanks around it; '' where the column is absent, undefined where it is not valid text. */
export function cell(row: Row, index: number | undefined): string | undefined {
  if (index === undefined) return ''
  const text = row.field(index)
  if (text === undefined || text.length === 0) return text
  return text.charCodeAt(0) <= 32 || text.charCodeAt(text.length - 1) <= 32 ? text.trim() : text
}

/** Why a text cannot be an id, or undefined when it can. */
export function badId(text: string | undefined): string | undefined {
  if (text === undefined) return 'is not valid UTF-8'
  if (text === '') return 'is empty'
  if (text.length > MAX_ID) return `is longer than ${MAX_ID} characters`
  return undefined
}

/** An optional text column: undefined where unknown, cut to a bounded length. */
export function optionalText(text: string | undefined): string | undefined {
  return text ? text.slice(0, MAX_TEXT) : undefined
}

/** An optional price: undefined where unknown, NaN where it is no price. */
export function optionalPrice(text: string | undefined): number | undefined {
  if (text === '') return undefined
  const price = Number(text)
  return price >= 0 && Number.isFinite(price) ? price : NaN
}

/** A category path of the parts that are known: a/b/c. Undefined when none is. */
export function categoryPath(...parts: (string | undefined)[]): string | undefined {
  return optionalText(
    parts
      .filter(Boolean)
      .map((part) => part!.trim().replaceAll('/', '|'))
      .filter(Boolean)
      .join('/'),
  )
}
