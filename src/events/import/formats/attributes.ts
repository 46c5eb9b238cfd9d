import type { Row } from '../record.js'
import { badId, cell, optionalText, type Notes, type Rows } from '../row.js'
import type { Sink } from '../sink.js'
import type { Columns } from './table.js'

/** Reads rows of users: the columns named are attributes, where they say something. */
export function attributeRows(sink: Sink, at: Columns, id: string, names: readonly string[]): Rows {
  return {
    read(row, { reject }) {
      const user = cell(row, at[id])
      const bad = badId(user)
      if (bad) return reject(`${id} ${bad}`, user)
      const attributes: Record<string, string> = {}
      for (const name of names) {
        const value = known(cell(row, at[name]))
        if (value !== undefined) attributes[name.toLowerCase()] = value
      }
      sink.user(user!, attributes)
      return 'stored'
    },
  }
}

/** A text, or undefined where the file says that it does not know: NA, null, nothing. */
export function known(text: string | undefined): string | undefined {
  return text === undefined || /^(na|nan|null|none|)$/i.test(text) ? undefined : optionalText(text)
}

/** User and item of an event. */
export function catalogIds(
  row: Row,
  at: Columns,
  userColumn: string,
  itemColumn: string,
  reject: Notes['reject'],
): { user: string; item: string } | 'rejected' {
  const user = cell(row, at[userColumn])
  const badUser = badId(user)
  if (badUser) return reject(`${userColumn} ${badUser}`, user)
  const item = cell(row, at[itemColumn])
  const badItem = badId(item)
  if (badItem) return reject(`${itemColumn} ${badItem}`, item)
  return { user: user!, item: item! }
}
