import type { RequestContext } from '../features/context.js'
import type { EventData } from '../features/snapshot.js'

/** What is ranked: items, advertisers, or categories of items. */
export type Level = 'item' | 'advertiser' | 'category'

/** Histories that recommendations are asked for: rows of a table of events, each seen from a moment. */
export interface Queries {
  /** where the events are: the snapshot, or a table of made-up histories over the same catalog */
  events: EventData
  /** user of every query, as index of the table */
  users: Int32Array
  /** end (exclusive) of the query's history among the rows of the table */
  ends: Int32Array
  /** unix seconds at which the histories are seen: one moment for all, or one a query */
  moment: number | Float64Array
  /** run -> user vectors [Q, width] by it, where they are stored: they are not encoded again */
  vectors?: Readonly<Record<string, Float32Array>>
  /** what is known of the moment of each query beside its history, for the models that take it in */
  contexts?: readonly (RequestContext | undefined)[]
}

/** The moment of query q, unix seconds. */
export const seenAt = ({ moment }: Queries, q: number): number => (typeof moment === 'number' ? moment : moment[q])
