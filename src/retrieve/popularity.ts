import { DAY } from '../core/time.js'
import { conversionMask, type EventData } from '../features/snapshot.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender } from './recommender.js'

/** Conversions of every entry in (t - days, t], of all time up to t without `days`. */
export function conversionCounts(events: EventData, catalog: Catalog, t: number, days = Infinity): Float64Array {
  const counts = new Float64Array(catalog.size)
  const { eventTime, eventType } = events
  const column = columnOf(catalog.level, events)
  const after = t - days * DAY
  for (let row = 0; row < eventTime.length; row++) {
    if (eventTime[row] > t || eventTime[row] <= after || conversionMask[eventType[row]] === 0) continue
    const entry = entryOf(catalog, column[row])
    if (entry >= 0) counts[entry]++
  }
  return counts
}

/** log(1 + conversions) of every entry: the popularity term of control and hybrid. */
export function logPopularity(events: EventData, catalog: Catalog, t: number, days?: number): Float32Array {
  return Float32Array.from(conversionCounts(events, catalog, t, days), Math.log1p)
}

/** The same order for everyone: conversions of an entry up to t, of all time or of the last days. */
export class PopularityRecommender extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name: string
  readonly level
  readonly entries
  private readonly scores: Float32Array

  constructor(events: EventData, catalog: Catalog, t: number, days?: number) {
    super()
    this.name = days === undefined ? 'popularity, all time' : `popularity, ${days} days`
    this.level = catalog.level
    this.entries = catalog.size
    this.scores = Float32Array.from(conversionCounts(events, catalog, t, days))
  }

  score(_queries: Queries, from: number, to: number, out: Float32Array): void {
    for (let q = from; q < to; q++) out.set(this.scores, (q - from) * this.entries)
  }
}
