import type { EventData } from '../features/snapshot.js'
import type { SparseMatrix } from '../features/sparse.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'

/**
 * The matrix of users and entries: for every user the distinct entries of their events up to t (unix seconds).
 * @param weight what an event row adds to its value
 */
export function userEntries(
  snapshot: EventData,
  catalog: Catalog,
  t: number,
  weight: (row: number) => number,
): SparseMatrix<Float64Array> {
  const offsets = new Float64Array(snapshot.users + 1)
  const columns = new Uint32Array(snapshot.eventTime.length)
  const values = new Float64Array(snapshot.eventTime.length)
  const column = columnOf(catalog.level, snapshot)
  const place = new Map<number, number>()
  let n = 0
  for (let user = 0; user < snapshot.users; user++) {
    place.clear()
    for (let row = snapshot.offsets[user]; row < snapshot.offsets[user + 1] && snapshot.eventTime[row] <= t; row++) {
      const entry = entryOf(catalog, column[row])
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
  return {
    height: snapshot.users,
    width: catalog.size,
    offsets,
    columns: columns.slice(0, n),
    values: values.slice(0, n),
  }
}
