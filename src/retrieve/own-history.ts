import type { Snapshot } from '../features/snapshot.js'
import { entryOfEvent, type Catalog } from './catalog.js'
import type { Queries, Retriever } from './types.js'

const DAY = 86_400
/** An event counts half after so many days in the decayed count. */
export const RECENT_HALF_LIFE_DAYS = 30

/** What one user's history holds: its distinct entries, how often each, how often lately, and when last. */
export class OwnHistory {
  /** distinct entries of the history last read, `size` of them */
  readonly entries: Int32Array
  size = 0
  private readonly counts: Float64Array
  private readonly last: Float64Array
  private readonly decayed: Float64Array

  /** @param asOf unix seconds that ages are counted from; without it there is no decayed count */
  constructor(
    private readonly snapshot: Snapshot,
    private readonly catalog: Catalog,
    private readonly asOf?: number,
  ) {
    this.entries = new Int32Array(catalog.size)
    this.counts = new Float64Array(catalog.size)
    this.last = new Float64Array(catalog.size)
    this.decayed = new Float64Array(asOf === undefined ? 0 : catalog.size)
  }

  /** Reads the events of `user` up to row `end` (exclusive), of every type. */
  read(user: number, end: number): this {
    for (let i = 0; i < this.size; i++) this.counts[this.entries[i]] = 0
    this.size = 0
    for (let row = this.snapshot.offsets[user]; row < end; row++) {
      const entry = entryOfEvent(this.catalog, row)
      if (entry < 0) continue
      const time = this.snapshot.eventTime[row]
      if (this.counts[entry]++ === 0) {
        this.entries[this.size++] = entry
        if (this.asOf !== undefined) this.decayed[entry] = 0
      }
      if (this.asOf !== undefined) this.decayed[entry] += 2 ** ((time - this.asOf) / DAY / RECENT_HALF_LIFE_DAYS)
      this.last[entry] = time
    }
    return this
  }

  /**
   * Events about an entry of the history, each counted as 2^(-age / RECENT_HALF_LIFE_DAYS).
   * @throws where the moment that ages are counted from was not given
   */
  decayedCount(entry: number): number {
    if (this.asOf === undefined) throw new Error('OwnHistory: no moment to count ages from')
    return this.decayed[entry]
  }

  /** Events of the history about an entry. */
  count(entry: number): number {
    return this.counts[entry]
  }

  /** Unix seconds of the last event about an entry of the history. */
  lastTime(entry: number): number {
    return this.last[entry]
  }
}

/**
 * What the user dealt with before, most often first; of equal counts the most recent first. All other entries score 0
 * alike.
 */
export class OwnRepeats implements Retriever {
  readonly kind = 'baseline'
  readonly name = 'own repeats'
  readonly level
  readonly entries
  private readonly own: OwnHistory

  /** @param t no event is later */
  constructor(
    private readonly snapshot: Snapshot,
    catalog: Catalog,
    private readonly t: number,
  ) {
    this.level = catalog.level
    this.entries = catalog.size
    this.own = new OwnHistory(snapshot, catalog)
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++) {
      const user = queries.users[q]
      const own = this.own.read(user, queries.ends[q])
      const first = this.snapshot.eventTime[this.snapshot.offsets[user]]
      const at = (q - from) * this.entries
      for (let i = 0; i < own.size; i++) {
        const entry = own.entries[i]
        // a fraction in [0, 1) keeps the order by count and sorts equal counts by recency
        const recency = (own.lastTime(entry) - first) / (this.t - first + 1)
        out[at + entry] = own.count(entry) + recency * 0.999
      }
    }
  }
}
