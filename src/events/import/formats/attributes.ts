import type { Row } from '../record.js'
import { idOf, optionalText, type Notes, type Rows } from '../row.js'
import type { Sink } from '../sink.js'
import type { Columns } from './table.js'

/** Reads rows of users: the columns named are attributes, where they say something. */
export function attributeRows(sink: Sink, at: Columns, id: string, names: readonly string[]): Rows {
  return {
    read(row, notes) {
      const user = idOf(row, at[id], id, notes)
      if (user === undefined) return 'rejected'
      const attributes: Record<string, string> = {}
      for (const name of names) {
        const value = optionalText(row, at[name], name, notes)
        if (value !== undefined) attributes[name.toLowerCase()] = value
      }
      sink.user(user, attributes)
      return 'stored'
    },
  }
}

/** User and item of an event. */
export function catalogIds(
  row: Row,
  at: Columns,
  userColumn: string,
  itemColumn: string,
  notes: Notes,
): { user: string; item: string } | 'rejected' {
  const user = idOf(row, at[userColumn], userColumn, notes)
  if (user === undefined) return 'rejected'
  const item = idOf(row, at[itemColumn], itemColumn, notes)
  return item === undefined ? 'rejected' : { user, item }
}
