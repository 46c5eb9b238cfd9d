import { silent } from '../../src/core/progress.js'
import type { Rng } from '../../src/core/rng.js'
import { hashJson } from '../../src/core/hash.js'
import { EVENT_TYPES } from '../../src/features/snapshot.js'
import type { EventType, Snapshot } from '../../src/features/snapshot.js'
import { buildSnapshot } from '../../src/features/snapshot-build.js'
import type { SnapshotStore } from '../../src/features/snapshot-file.js'

export const DAY = 86400
/** A midnight in UTC: 2026-01-01. */
export const START = 1767225600

/** Indices count from 0; item or advertiser left out = none. */
export interface MadeEvent {
  user: number
  item?: number
  advertiser?: number
  type?: EventType
  domain?: 0 | 1
  /** days after START */
  day: number
}

export interface MadeItem {
  advertiser?: number
  category?: string
  price?: number
  title?: string
  /** days after START */
  launched?: number
}

export interface MadeData {
  users: number
  advertisers?: number
  items: MadeItem[]
  events: MadeEvent[]
}

/** A store in memory with the events in the order given. */
export function madeStore(data: MadeData): SnapshotStore {
  const { users, items, events, advertisers = 0 } = data
  return {
    read: (work) => work(),
    dataHash: () => hashJson(data),
    lastSeq: () => events.length,
    counts: () => ({ users, items: items.length, advertisers, events: events.length }),
    scanEvents: () =>
      events.map(({ user, item = -1, advertiser = -1, type = 'checkout', domain = 0, day }, k) => [
        k + 1,
        user + 1,
        item + 1,
        advertiser + 1,
        EVENT_TYPES.indexOf(type),
        domain,
        START + Math.round(day * DAY),
      ]),
    scanItems: () =>
      items.map(({ advertiser = -1, category = null, price = null, title = null, launched }, i) => [
        i + 1,
        `item-${i}`,
        advertiser + 1,
        category,
        price,
        title,
        launched === undefined ? null : START + launched * DAY,
      ]),
  }
}

export function madeSnapshot(data: MadeData): Snapshot {
  return buildSnapshot(madeStore(data), silent)
}

/**
 * A small market: users visit at random moments and put 1 to 4 items into a basket (one timestamp); popular items are
 * chosen more often; some events are views, carts or (without an item) signups; some items appear late.
 */
export function madeMarket(
  rng: Rng,
  { users = 12, items = 15, advertisers = 5, days = 60, visits = 12 } = {},
): MadeData {
  const catalog = Array.from({ length: items }, (_, i): MadeItem => ({
    advertiser: i % advertisers,
    category: `C${i % 3}/S${i % 5}`,
    price: 1 + i,
    title: `word${i % 4} thing${i}`,
  }))
  const events: MadeEvent[] = []
  for (let user = 0; user < users; user++) {
    const count = 1 + rng.int(visits)
    for (let visit = 0; visit < count; visit++) {
      // whole hours: moments at a midnight and equal moments of two users do occur
      const day = rng.int(days * 24) / 24
      const lines = 1 + rng.int(4)
      for (let line = 0; line < lines; line++) {
        const known = Math.max(3, Math.ceil((items * day) / days))
        const item = Math.min(known - 1, Math.floor(rng.uniform() ** 2 * items))
        const type = (['view', 'add_to_cart', 'checkout', 'checkout', 'signup'] as const)[rng.int(5)]
        if (type === 'signup') events.push({ user, advertiser: rng.int(advertisers), type, day })
        else events.push({ user, item, type, day, domain: rng.int(2) as 0 | 1 })
      }
    }
  }
  events.sort((a, b) => a.day - b.day)
  return { users, advertisers, items: catalog, events }
}
