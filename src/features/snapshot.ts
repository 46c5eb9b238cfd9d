import type { Kind } from '../config/schema.js'
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
 * What is known of items and advertisers, as flat typed arrays. Indices are the store's integer ids minus one; -1 means
 * absent.
 */
export interface CatalogData {
  /** identifies the data: part of every manifest and report */
  hash: string
  /** highest ingest sequence number contained */
  lastSeq: number
  items: number
  advertisers: number
  itemAdvertiser: Int32Array
  /** [items * CATEGORY_LEVELS] index into categories of the path's prefix at each level, -1 where absent */
  itemCategory: Int32Array
  /** path prefixes: "GROCERY", "GROCERY/FROZEN", ... */
  categories: string[]
  /** NaN where unknown */
  itemPrice: Float32Array
  /** [items * TITLE_TOKENS] hashString of the lower-cased title words, 0 where absent */
  itemTitle: Uint32Array
  /** unix seconds of the first event (or the launch date if the catalog has one); NEVER where never seen */
  itemFirstSeen: Uint32Array
  /** unix seconds of the first of its items and of its own events; NEVER where never seen */
  advertiserFirstSeen: Uint32Array
}

/** First seen: not yet. */
export const NEVER = 0xffffffff

/** Histories as flat typed arrays: events of user u are the rows offsets[u] .. offsets[u + 1], by (time, seq). */
export interface EventData {
  users: number
  offsets: Uint32Array
  eventItem: Int32Array
  /** the item's advertiser, or the event's own (a signup has no item) */
  eventAdvertiser: Int32Array
  eventType: Uint8Array
  eventDomain: Uint8Array
  /** unix seconds */
  eventTime: Uint32Array
  eventSeq: Uint32Array
}

/** The catalog and all histories, read from the store in one scan. */
export interface Snapshot extends CatalogData, EventData {}

/** Rows [from, to) of user u's events with time <= t (the history that ends at moment t). */
export function historyEnd(snapshot: Pick<EventData, 'offsets' | 'eventTime'>, user: number, t: number): number {
  let lo = snapshot.offsets[user]
  let hi = snapshot.offsets[user + 1]
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (snapshot.eventTime[mid] <= t) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** Unix seconds at which each item, or each advertiser, was first seen. */
export function firstSeen(
  catalog: Pick<CatalogData, 'itemFirstSeen' | 'advertiserFirstSeen'>,
  kind: Kind,
): Uint32Array {
  return kind === 'item' ? catalog.itemFirstSeen : catalog.advertiserFirstSeen
}

/** Indices of the paths of an item's category, level by level; empty where it has none. */
export function categoriesOf({ itemCategory }: Pick<CatalogData, 'itemCategory'>, item: number): number[] {
  const at = item * CATEGORY_LEVELS
  return Array.from(itemCategory.subarray(at, at + CATEGORY_LEVELS)).filter((c) => c >= 0)
}
