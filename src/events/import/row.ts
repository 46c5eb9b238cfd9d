import type { CsvRecords } from './csv-records.js'

export type Outcome = 'stored' | 'skipped' | 'rejected'

/** Notes why a row is refused. */
export type Reject = (reason: string, value?: string) => 'rejected'

/** Checks one record and writes it; checks come first, so that a refused row leaves no trace. */
export type RowReader = (record: CsvRecords, reject: Reject) => Outcome

export const MAX_ID = 200
const MAX_TEXT = 1000

/** A field without the blanks around it; '' where the column is absent, undefined where it is not valid text. */
export function cell(record: CsvRecords, index: number | undefined): string | undefined {
  if (index === undefined) return ''
  const text = record.field(index)
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
