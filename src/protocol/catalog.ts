import { CATEGORY_LEVELS, firstSeen, type CatalogData, type EventData } from '../features/snapshot.js'
import type { Level } from './queries.js'

/** The entries that are ranked at one level, and which of them an event is about. */
export interface Catalog {
  readonly level: Level
  readonly size: number
  /** [size] index of every entry in the snapshot: of an item, an advertiser, or a category path */
  readonly ids: Int32Array
  /** value of the events' column (columnOf) -> entry, -1 where it is not in the catalog */
  readonly entryOf: Int32Array
}

/** The column of events that names the entry at a level: items (also of categories), or advertisers. */
export function columnOf(level: Level, events: EventData): Int32Array {
  return level === 'advertiser' ? events.eventAdvertiser : events.eventItem
}

/** The entry that an event with this value of its column is about, or -1. */
export function entryOf(catalog: Catalog, value: number): number {
  return value < 0 ? -1 : catalog.entryOf[value]
}

/**
 * Everything known at moment t: items first seen by t; advertisers with such an item or with an event by t; the
 * categories of such items (an item's own category is its deepest path, of up to CATEGORY_LEVELS levels).
 */
export function catalogAt(snapshot: CatalogData, level: Level, t: number): Catalog {
  if (level !== 'category') return catalogOf(snapshot, level, seenBy(firstSeen(snapshot, level), t))
  const known = new Uint8Array(snapshot.categories.length)
  for (const item of seenBy(snapshot.itemFirstSeen, t))
    if (categoryOf(snapshot, item) >= 0) known[categoryOf(snapshot, item)] = 1
  return catalogOf(snapshot, level, marked(known))
}

/** A catalog of chosen entries: `ids` are distinct indices of the snapshot. */
export function catalogOf(snapshot: CatalogData, level: Level, ids: Int32Array): Catalog {
  const counts = { item: snapshot.items, advertiser: snapshot.advertisers, category: snapshot.categories.length }
  const entry = new Int32Array(counts[level]).fill(-1)
  ids.forEach((id, e) => (entry[id] = e))
  if (level !== 'category') return { level, size: ids.length, ids, entryOf: entry }
  const entryOf = new Int32Array(snapshot.items).fill(-1)
  for (let item = 0; item < snapshot.items; item++) {
    const category = categoryOf(snapshot, item)
    if (category >= 0) entryOf[item] = entry[category]
  }
  return { level, size: ids.length, ids, entryOf }
}

/** For every entry of an item catalog the entry of `groups` it belongs to (its advertiser, its category), or -1. */
export function groupsOf(snapshot: CatalogData, items: Catalog, groups: Catalog): Int32Array {
  return items.ids.map((item) => {
    if (groups.level !== 'advertiser') return groups.entryOf[item]
    const advertiser = snapshot.itemAdvertiser[item]
    return advertiser < 0 ? -1 : groups.entryOf[advertiser]
  })
}

/** Index of the item's deepest category path, -1 where it has none. */
export function categoryOf(snapshot: CatalogData, item: number): number {
  for (let level = CATEGORY_LEVELS - 1; level >= 0; level--) {
    const category = snapshot.itemCategory[item * CATEGORY_LEVELS + level]
    if (category >= 0) return category
  }
  return -1
}

const seenBy = (first: Uint32Array, t: number): Int32Array =>
  marked(Uint8Array.from(first, (seen) => (seen <= t ? 1 : 0)))

function marked(flags: Uint8Array): Int32Array {
  const out = new Int32Array(flags.reduce((a, b) => a + b, 0))
  let n = 0
  flags.forEach((flag, i) => flag && (out[n++] = i))
  return out
}
