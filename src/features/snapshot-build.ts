import { UserError } from '../core/errors.js'
import { hashString } from '../core/hash.js'
import type { Progress } from '../core/progress.js'
import { CATEGORY_LEVELS, NEVER, TITLE_TOKENS } from './snapshot.js'
import type { CatalogData, EventData, Snapshot } from './snapshot.js'

const NONE = -1

/** What a snapshot is built from; `Store` of src/store is one. Ids start at 1 and are dense; 0 and null = none. */
export interface SnapshotSource {
  dataHash(): string
  lastSeq(): number
  counts(): { users: number; items: number; advertisers: number; events: number }
  /** [seq, user, item, advertiser, type, domain, time] in order of seq */
  scanEvents(): Iterable<[number, number, number, number, number, number, number]>
  /** [id, external id, advertiser, category, price, title, launched] */
  scanItems(): Iterable<[number, string, number, string | null, number | null, string | null, number | null]>
}

/**
 * Builds the snapshot by one scan of the events and one of the catalog.
 * @throws UserError when the data changes meanwhile
 */
export function buildSnapshot(source: SnapshotSource, progress: Progress): Snapshot {
  const hash = source.dataHash()
  const lastSeq = source.lastSeq()
  const { users, items, advertisers, events } = source.counts()
  const catalog = scanItems(source, items)
  const columns = scanEvents(source, events, progress)
  if (source.dataHash() !== hash) throw changed()
  const { order, offsets } = orderByUser(columns, users)
  const pick = <T extends Uint8Array | Uint32Array>(from: T): T => {
    const to = new (from.constructor as new (length: number) => T)(from.length)
    for (let k = 0; k < order.length; k++) to[k] = from[order[k]]
    return to
  }
  const eventTime = pick(columns.time)
  const item = pick(columns.item)
  const own = pick(columns.advertiser)
  const eventItem = new Int32Array(events)
  const eventAdvertiser = new Int32Array(events)
  for (let e = 0; e < events; e++) {
    const i = item[e] - 1
    eventItem[e] = i
    const ofItem = i >= 0 ? catalog.itemAdvertiser[i] : NONE
    eventAdvertiser[e] = ofItem >= 0 ? ofItem : own[e] - 1
    if (i >= 0 && eventTime[e] < catalog.itemFirstSeen[i]) catalog.itemFirstSeen[i] = eventTime[e]
  }
  const snapshot = {
    hash,
    users,
    items,
    advertisers,
    lastSeq,
    offsets,
    eventItem,
    eventAdvertiser,
    eventType: pick(columns.type),
    eventDomain: pick(columns.domain),
    eventTime,
    eventSeq: pick(columns.seq),
    ...catalog,
  }
  return { ...snapshot, advertiserFirstSeen: advertisersFirstSeen(snapshot) }
}

/** Unix seconds at which each advertiser was first seen: by the first of its items, or of its own events. */
export function advertisersFirstSeen(
  snapshot: Pick<CatalogData, 'items' | 'advertisers' | 'itemAdvertiser' | 'itemFirstSeen'> &
    Pick<EventData, 'eventAdvertiser' | 'eventTime'>,
): Uint32Array {
  const first = new Uint32Array(snapshot.advertisers).fill(NEVER)
  const see = (advertiser: number, time: number): void => {
    if (advertiser >= 0 && time < first[advertiser]) first[advertiser] = time
  }
  snapshot.itemAdvertiser.forEach((advertiser, item) => see(advertiser, snapshot.itemFirstSeen[item]))
  snapshot.eventAdvertiser.forEach((advertiser, row) => see(advertiser, snapshot.eventTime[row]))
  return first
}

interface Columns {
  seq: Uint32Array
  user: Uint32Array
  item: Uint32Array
  advertiser: Uint32Array
  type: Uint8Array
  domain: Uint8Array
  time: Uint32Array
}

function scanEvents(source: SnapshotSource, events: number, progress: Progress): Columns {
  const u32 = (): Uint32Array => new Uint32Array(events)
  const columns: Columns = {
    seq: u32(),
    user: u32(),
    item: u32(),
    advertiser: u32(),
    type: new Uint8Array(events),
    domain: new Uint8Array(events),
    time: u32(),
  }
  let n = 0
  for (const row of source.scanEvents()) {
    if (n === events) throw changed()
    columns.seq[n] = row[0]
    columns.user[n] = row[1]
    columns.item[n] = row[2]
    columns.advertiser[n] = row[3]
    columns.type[n] = row[4]
    columns.domain[n] = row[5]
    columns.time[n] = row[6]
    if ((++n & 0x3fff) === 0) progress.update(n)
  }
  if (n !== events) throw changed()
  return columns
}

const changed = (): UserError =>
  new UserError('The data changed while it was being read.', 'Run the command again when the import has ended.')

/** The permutation that sorts events by (user, time, seq), and the offsets of users in it. Input is in order of seq. */
function orderByUser({ user, time }: Columns, users: number): { order: Uint32Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(users + 1)
  for (let e = 0; e < user.length; e++) offsets[user[e]]++
  for (let u = 0; u < users; u++) offsets[u + 1] += offsets[u]
  const at = offsets.slice()
  const order = new Uint32Array(user.length)
  for (let e = 0; e < user.length; e++) order[at[user[e] - 1]++] = e
  for (let u = 0; u < users; u++) sortByTime(order.subarray(offsets[u], offsets[u + 1]), time)
  return { order, offsets }
}

/** Sorts event indices by time, stably. */
function sortByTime(order: Uint32Array, time: Uint32Array): void {
  let sorted = true
  for (let k = 1; k < order.length && sorted; k++) sorted = time[order[k - 1]] <= time[order[k]]
  if (sorted) return
  // time and place in one exact float64 (32 + 21 bits): native sorting of numbers is many times faster
  const places = 2 ** 21
  if (order.length >= places) {
    order.set(Array.from(order).sort((a, b) => time[a] - time[b] || a - b))
    return
  }
  const keys = Float64Array.from(order, (e, k) => time[e] * places + k).sort()
  const before = order.slice()
  for (let k = 0; k < keys.length; k++) order[k] = before[keys[k] % places]
}

type ItemColumns = Pick<
  CatalogData,
  'itemAdvertiser' | 'itemCategory' | 'categories' | 'itemPrice' | 'itemTitle' | 'itemFirstSeen'
>

function scanItems(source: SnapshotSource, items: number): ItemColumns {
  const catalog: ItemColumns = {
    itemAdvertiser: new Int32Array(items).fill(NONE),
    itemCategory: new Int32Array(items * CATEGORY_LEVELS).fill(NONE),
    categories: [],
    itemPrice: new Float32Array(items).fill(NaN),
    itemTitle: new Uint32Array(items * TITLE_TOKENS),
    itemFirstSeen: new Uint32Array(items).fill(NEVER),
  }
  const index = new Map<string, number>()
  for (const [id, , advertiser, category, price, title, launched] of source.scanItems()) {
    const i = id - 1
    if (i >= items) throw changed()
    if (advertiser > 0) catalog.itemAdvertiser[i] = advertiser - 1
    if (price !== null) catalog.itemPrice[i] = price
    if (launched !== null) catalog.itemFirstSeen[i] = launched
    if (category !== null) {
      categoryPrefixes(category).forEach((prefix, level) => {
        let c = index.get(prefix)
        if (c === undefined) {
          c = catalog.categories.push(prefix) - 1
          index.set(prefix, c)
        }
        catalog.itemCategory[i * CATEGORY_LEVELS + level] = c
      })
    }
    if (title !== null) catalog.itemTitle.set(titleTokens(title), i * TITLE_TOKENS)
  }
  return catalog
}

/** "A/B/C/D" -> ["A", "A/B", "A/B/C/D"]: the levels that models see, the last of them with all that is deeper. */
export function categoryPrefixes(path: string): string[] {
  const parts = path
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const levels = Math.min(parts.length, CATEGORY_LEVELS)
  return Array.from({ length: levels }, (_, level) =>
    parts.slice(0, level === CATEGORY_LEVELS - 1 ? parts.length : level + 1).join('/'),
  )
}

/** Hashes of the first words (letters and digits) of a title, lower-cased, each once. */
export function titleTokens(title: string): number[] {
  const words = new Set(title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  // 0 means "no token"
  return [...words].slice(0, TITLE_TOKENS).map((word) => hashString(word) || 1)
}
