import type { Snapshot } from '../features/snapshot.js'
import { entryOfEvent, type Catalog } from './catalog.js'

/** Rows of (column, value) pairs: row r has the pairs offsets[r] .. offsets[r + 1]. */
export interface Sparse {
  offsets: Uint32Array
  columns: Int32Array
  values: Float64Array
}

/**
 * The matrix of users and entries: for every user the distinct entries of their events up to t (unix seconds).
 * @param weight what an event row adds to its value
 */
export function userEntries(snapshot: Snapshot, catalog: Catalog, t: number, weight: (row: number) => number): Sparse {
  const offsets = new Uint32Array(snapshot.users + 1)
  const columns = new Int32Array(snapshot.eventTime.length)
  const values = new Float64Array(snapshot.eventTime.length)
  const place = new Map<number, number>()
  let n = 0
  for (let user = 0; user < snapshot.users; user++) {
    place.clear()
    for (let row = snapshot.offsets[user]; row < snapshot.offsets[user + 1] && snapshot.eventTime[row] <= t; row++) {
      const entry = entryOfEvent(catalog, row)
      if (entry < 0) continue
      let at = place.get(entry)
      if (at === undefined) {
        at = n++
        place.set(entry, at)
        columns[at] = entry
      }
      values[at] += weight(row)
    }
    offsets[user + 1] = n
  }
  return { offsets, columns: columns.slice(0, n), values: values.slice(0, n) }
}

/** @param width number of columns of `from`, the rows of the result; within a row, columns ascend */
export function transpose(from: Sparse, width: number): Sparse {
  const offsets = new Uint32Array(width + 1)
  for (const column of from.columns) offsets[column + 1]++
  for (let i = 0; i < width; i++) offsets[i + 1] += offsets[i]
  const next = offsets.slice()
  const columns = new Int32Array(from.columns.length)
  const values = new Float64Array(from.columns.length)
  for (let row = 0; row + 1 < from.offsets.length; row++) {
    for (let i = from.offsets[row]; i < from.offsets[row + 1]; i++) {
      const at = next[from.columns[i]]++
      columns[at] = row
      values[at] = from.values[i]
    }
  }
  return { offsets, columns, values }
}
