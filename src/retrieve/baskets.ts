import type { EventData } from '../features/snapshot.js'
import type { SparseMatrix } from '../features/sparse.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'

/** Seconds without an event after which a visit is over: what web analytics count as a session. */
export const VISIT_GAP = 1800

/**
 * A history as baskets, for the methods that are made for next-basket recommendation: what a user dealt with, visit by
 * visit, oldest first. A visit ends with half an hour without an event, and its distinct entries are one basket; visits
 * about no entry of the catalog are left out.
 * @param end end (exclusive) of the history among the rows of the events
 */
export function basketsOf(events: EventData, catalog: Catalog, user: number, end: number): number[][] {
  const { offsets, eventTime } = events
  const column = columnOf(catalog.level, events)
  const baskets: number[][] = []
  let basket = new Set<number>()
  const close = (): void => {
    if (basket.size > 0) baskets.push([...basket])
    basket = new Set()
  }
  for (let row = offsets[user]; row < end; row++) {
    if (row > offsets[user] && eventTime[row] - eventTime[row - 1] > VISIT_GAP) close()
    const entry = entryOf(catalog, column[row])
    if (entry >= 0) basket.add(entry)
  }
  close()
  return baskets
}

/** Users as sparse rows over entries: entry -> value. */
export type UserRow = ReadonlyMap<number, number>

/** The rows of all users as a matrix [users, entries]. */
export function matrixOf(users: number, entries: number, rowOf: (user: number) => UserRow): SparseMatrix<Float64Array> {
  const offsets = new Float64Array(users + 1)
  const [columns, values]: number[][] = [[], []]
  for (let user = 0; user < users; user++) {
    for (const [entry, value] of rowOf(user)) {
      columns.push(entry)
      values.push(value)
    }
    offsets[user + 1] = columns.length
  }
  return {
    height: users,
    width: entries,
    offsets,
    columns: Uint32Array.from(columns),
    values: Float64Array.from(values),
  }
}

/** Products of one row with every row of a matrix, given its transpose, into `out` [rows]. */
export function productsWith(row: UserRow, byEntry: SparseMatrix, out: Float64Array): void {
  out.fill(0)
  for (const [entry, value] of row)
    for (let i = byEntry.offsets[entry]; i < byEntry.offsets[entry + 1]; i++)
      out[byEntry.columns[i]] += value * byEntry.values[i]
}
