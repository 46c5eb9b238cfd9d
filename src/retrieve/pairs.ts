import { DAY } from '../core/time.js'
import { EVENT_TYPES, conversionMask } from '../features/snapshot.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import { RECENT_HALF_LIFE_DAYS } from './own-history.js'

/** What the last event of a pair was: looked at; put into the cart; bought or signed up. */
export const LAST = { looked: 0, carted: 1, bought: 2 } as const
const lastOf = Uint8Array.from(EVENT_TYPES, (type) =>
  type === 'checkout' || type === 'signup' ? LAST.bought : type === 'add_to_cart' ? LAST.carted : LAST.looked,
)

/** What a user has done with one entry. */
export interface Pair {
  /** events of any type */
  events: number
  /** the same, each counted as 2^(-age / RECENT_HALF_LIFE_DAYS) from the moment of the query */
  decayed: number
  /** moments at which the user converted: events of one second are one */
  conversions: number
  /** unix seconds of the first and the last of them; 0 without one */
  firstConversion: number
  lastConversion: number
  /** unix seconds of the last event, and a code of LAST */
  last: number
  state: number
}

export const newPair = (): Pair => ({
  events: 0,
  decayed: 0,
  conversions: 0,
  firstConversion: 0,
  lastConversion: 0,
  last: 0,
  state: LAST.looked,
})

/** Adds an event to what is known of a pair; events come in order of time. */
export function addEvent(pair: Pair, type: number, time: number): void {
  pair.events++
  if (conversionMask[type] === 1 && pair.lastConversion !== time) {
    if (pair.conversions++ === 0) pair.firstConversion = time
    pair.lastConversion = time
  }
  // of events of one second the one that says most
  pair.state = pair.last === time ? Math.max(pair.state, lastOf[type]) : lastOf[type]
  pair.last = time
}

/** Days between a pair's conversions, on average, at least one; NaN before the second. */
export function meanGap({ conversions, firstConversion, lastConversion }: Pair): number {
  return conversions < 2 ? NaN : Math.max(1, (lastConversion - firstConversion) / DAY / (conversions - 1))
}

/** The entries of query q's history, in the order in which they first occur. */
export function readPairs(queries: Queries, q: number, catalog: Catalog): Map<number, Pair> {
  const { events, users, ends } = queries
  const column = columnOf(catalog.level, events)
  const moment = seenAt(queries, q)
  const pairs = new Map<number, Pair>()
  for (let row = events.offsets[users[q]]; row < ends[q]; row++) {
    const entry = entryOf(catalog, column[row])
    if (entry < 0) continue
    let pair = pairs.get(entry)
    if (!pair) pairs.set(entry, (pair = newPair()))
    const time = events.eventTime[row]
    addEvent(pair, events.eventType[row], time)
    pair.decayed += 2 ** ((time - moment) / DAY / RECENT_HALF_LIFE_DAYS)
  }
  return pairs
}
