import { EVENT_TYPES, type EventType } from '../store/event-types.js'

/** Levels of the category path a/b/c that models see; deeper levels are part of the last one's text only. */
export const CATEGORY_LEVELS = 3
/** Title tokens kept for an item. */
export const TITLE_TOKENS = 8

export { DOMAINS, EVENT_TYPES, type EventType } from '../store/event-types.js'
export const CONVERSIONS: readonly EventType[] = ['checkout', 'add_to_cart', 'signup']

/** conversionMask[type code] = 1 for checkout, add_to_cart and signup. */
export const conversionMask = Uint8Array.from(EVENT_TYPES, (type) => (CONVERSIONS.includes(type) ? 1 : 0))

/**
 * All histories and the catalog as flat typed arrays, read from the store in one scan.
 * User, item and advertiser indices are the store's integer ids minus one; -1 means absent.
 * Events of user u are the rows offsets[u] .. offsets[u + 1], in order of (time, seq).
 */
export interface Snapshot {
  /** identifies the data: part of every manifest and report */
  hash: string
  users: number
  items: number
  advertisers: number
  /** highest ingest sequence number contained */
  lastSeq: number

  offsets: Uint32Array
  eventItem: Int32Array
  /** the item's advertiser, or the event's own (a signup has no item) */
  eventAdvertiser: Int32Array
  eventType: Uint8Array
  eventDomain: Uint8Array
  /** unix seconds */
  eventTime: Uint32Array
  eventSeq: Uint32Array

  itemAdvertiser: Int32Array
  /** [items * CATEGORY_LEVELS] index into categories of the path's prefix at each level, -1 where absent */
  itemCategory: Int32Array
  /** path prefixes: "GROCERY", "GROCERY/FROZEN", ... */
  categories: string[]
  /** NaN where unknown */
  itemPrice: Float32Array
  /** [items * TITLE_TOKENS] hashString of the lower-cased title words, 0 where absent */
  itemTitle: Uint32Array
  /** unix seconds of the first event (or the launch date if the catalog has one); 4294967295 where never seen */
  itemFirstSeen: Uint32Array
}

/** Rows [from, to) of user u's events with time <= t (the history that ends at moment t). */
export function historyEnd(snapshot: Snapshot, user: number, t: number): number {
  let lo = snapshot.offsets[user]
  let hi = snapshot.offsets[user + 1]
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (snapshot.eventTime[mid] <= t) lo = mid + 1
    else hi = mid
  }
  return lo
}
