import { nth } from '../core/best-places.js'
import type { EventData } from '../features/snapshot.js'
import type { SparseMatrix } from '../features/sparse.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender } from './recommender.js'

export interface CoVisitationOptions {
  /** events of one history at most this far apart belong together */
  window: number
  /** last events of a history that vote */
  recent: number
  /** strongest neighbours kept for an entry */
  neighbours: number
}

export const CO_VISITATION: CoVisitationOptions = { window: 10, recent: 100, neighbours: 200 }

/**
 * Entry by entry what stands near it in histories up to t: c(a, b) = pairs of events about a and b at most `window`
 * events apart, weighted as cosine, c(a, b) / sqrt(c(a) c(b)) with c(a) = pairs that a is in. An entry is no neighbour
 * of itself.
 */
export function coVisitations(snapshot: EventData, catalog: Catalog, t: number, options = CO_VISITATION): SparseMatrix {
  const positions = eventsByEntry(snapshot, catalog, t)
  const totals = pairsOf(positions, options.window)
  const counts = new Float64Array(catalog.size)
  const touched = new Int32Array(catalog.size)
  const offsets = new Float64Array(catalog.size + 1)
  let [columns, values] = [new Uint32Array(1024), new Float32Array(1024)]
  const key = new Float64Array(catalog.size)
  for (let a = 0; a < catalog.size; a++) {
    const n = gather(positions, a, options.window, counts, touched)
    for (let i = 0; i < n; i++) {
      const b = touched[i]
      key[b] = counts[b] / Math.sqrt(totals[a] * totals[b])
      counts[b] = 0
    }
    const kept = strongest(touched.subarray(0, n), key, options.neighbours)
    const end = offsets[a] + kept.length
    if (end > columns.length) [columns, values] = [grow(columns, end), grow(values, end)]
    kept.forEach((b, i) => {
      columns[offsets[a] + i] = b
      values[offsets[a] + i] = key[b]
    })
    offsets[a + 1] = end
  }
  const n = offsets[catalog.size]
  return {
    height: catalog.size,
    width: catalog.size,
    offsets,
    columns: columns.slice(0, n),
    values: values.slice(0, n),
  }
}

/** Scores the neighbours of a user's last events: the sum of their weights, an event a vote. All others score 0. */
export class CoVisitation extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'co-visitation'
  readonly level
  readonly entries
  private readonly neighbourhood: SparseMatrix

  constructor(
    snapshot: EventData,
    private readonly catalog: Catalog,
    t: number,
    private readonly options = CO_VISITATION,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    this.neighbourhood = coVisitations(snapshot, catalog, t, options)
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { offsets, columns, values } = this.neighbourhood
    const { events, users, ends } = queries
    const column = columnOf(this.level, events)
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++) {
      const at = (q - from) * this.entries
      const first = Math.max(events.offsets[users[q]], ends[q] - this.options.recent)
      for (let row = first; row < ends[q]; row++) {
        const a = entryOf(this.catalog, column[row])
        if (a < 0) continue
        for (let i = offsets[a]; i < offsets[a + 1]; i++) out[at + columns[i]] += values[i]
      }
    }
  }
}

interface Positions {
  /** events of entry a are rows[offsets[a] .. offsets[a + 1]] */
  offsets: Uint32Array
  /** positions in `entry` */
  rows: Uint32Array
  /** the entries of all histories one after the other, only events of the catalog up to t */
  entry: Int32Array
  /** the user of every position */
  user: Int32Array
}

function eventsByEntry(snapshot: EventData, catalog: Catalog, t: number): Positions {
  const column = columnOf(catalog.level, snapshot)
  const entry = new Int32Array(snapshot.eventTime.length)
  const user = new Int32Array(snapshot.eventTime.length)
  const offsets = new Uint32Array(catalog.size + 1)
  let n = 0
  for (let u = 0; u < snapshot.users; u++) {
    for (let row = snapshot.offsets[u]; row < snapshot.offsets[u + 1] && snapshot.eventTime[row] <= t; row++) {
      const e = entryOf(catalog, column[row])
      if (e < 0) continue
      entry[n] = e
      user[n++] = u
      offsets[e + 1]++
    }
  }
  for (let e = 0; e < catalog.size; e++) offsets[e + 1] += offsets[e]
  const next = offsets.slice()
  const rows = new Uint32Array(n)
  for (let p = 0; p < n; p++) rows[next[entry[p]]++] = p
  return { offsets, rows, entry: entry.subarray(0, n), user: user.subarray(0, n) }
}

/** [entries] pairs of an event about it and one about another entry within the window. */
function pairsOf({ offsets, entry, user }: Positions, window: number): Float64Array {
  const totals = new Float64Array(offsets.length - 1)
  for (let p = 0; p < entry.length; p++) {
    for (let o = p + 1; o < entry.length && o <= p + window && user[o] === user[p]; o++) {
      if (entry[o] === entry[p]) continue
      totals[entry[p]]++
      totals[entry[o]]++
    }
  }
  return totals
}

/** Counts the entries around every event of `a`; returns how many distinct ones `touched` lists. */
function gather(positions: Positions, a: number, window: number, counts: Float64Array, touched: Int32Array): number {
  const { offsets, rows, entry, user } = positions
  let n = 0
  for (let i = offsets[a]; i < offsets[a + 1]; i++) {
    const p = rows[i]
    const last = Math.min(entry.length - 1, p + window)
    for (let o = Math.max(0, p - window); o <= last; o++) {
      const b = entry[o]
      if (b === a || user[o] !== user[p]) continue
      if (counts[b]++ === 0) touched[n++] = b
    }
  }
  return n
}

/** The candidates with the highest keys, `most` of them at most. */
function strongest(candidates: Int32Array, key: Float64Array, most: number): Int32Array {
  if (candidates.length <= most) return candidates
  const keys = new Float64Array(candidates.length)
  for (let i = 0; i < keys.length; i++) keys[i] = key[candidates[i]]
  const least = nth(keys, most)
  // of those with the least key as many as there is room for
  let room = most
  for (let i = 0; i < keys.length; i++) if (keys[i] > least) room--
  const kept = new Int32Array(most)
  let n = 0
  for (let i = 0; i < candidates.length; i++) {
    const c = candidates[i]
    if (key[c] > least || (key[c] === least && room-- > 0)) kept[n++] = c
  }
  return kept
}

function grow<T extends Uint32Array | Float32Array>(array: T, length: number): T {
  const larger = array instanceof Uint32Array ? new Uint32Array(length * 2) : new Float32Array(length * 2)
  larger.set(array)
  return larger as T
}
