import { DAY } from '../core/time.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import { ExactRecommender } from './recommender.js'

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

  constructor(private readonly catalog: Catalog) {
    this.entries = new Int32Array(catalog.size)
    this.counts = new Float64Array(catalog.size)
    this.last = new Float64Array(catalog.size)
    this.decayed = new Float64Array(catalog.size)
  }

  /** Reads the history of query q, events of every type. */
  read(queries: Queries, q: number): this {
    const { events, users, ends } = queries
    const column = columnOf(this.catalog.level, events)
    const moment = seenAt(queries, q)
    for (let i = 0; i < this.size; i++) this.counts[this.entries[i]] = 0
    this.size = 0
    for (let row = events.offsets[users[q]]; row < ends[q]; row++) {
      const entry = entryOf(this.catalog, column[row])
      if (entry < 0) continue
      const time = events.eventTime[row]
      if (this.counts[entry]++ === 0) {
        this.entries[this.size++] = entry
        this.decayed[entry] = 0
      }
      this.decayed[entry] += 2 ** ((time - moment) / DAY / RECENT_HALF_LIFE_DAYS)
      this.last[entry] = time
    }
    return this
  }

  /** The distinct entries of the history last read; valid until the next. */
  get distinct(): Int32Array {
    return this.entries.subarray(0, this.size)
  }

  /** Events of the history about an entry. */
  count(entry: number): number {
    return this.counts[entry]
  }

  /** The same, each counted as 2^(-age / RECENT_HALF_LIFE_DAYS), ages from the moment of the query. */
  decayedCount(entry: number): number {
    return this.decayed[entry]
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
export class OwnRepeats extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'own repeats'
  readonly level
  readonly entries
  private readonly own: OwnHistory

  constructor(catalog: Catalog) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    this.own = new OwnHistory(catalog)
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { events, users } = queries
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++) {
      const own = this.own.read(queries, q)
      const first = events.eventTime[events.offsets[users[q]]]
      const at = (q - from) * this.entries
      for (const entry of own.distinct) {
        // a fraction in [0, 1) keeps the order by count and sorts equal counts by recency
        const recency = (own.lastTime(entry) - first) / (seenAt(queries, q) - first + 1)
        out[at + entry] = own.count(entry) + recency * 0.999
      }
    }
  }
}
