import { plainDotProducts, type DotProducts } from '../../src/ann/dot-products.js'
import type { Kind } from '../../src/config/schema.js'
import { advertisersFirstSeen } from '../../src/features/snapshot-build.js'
import {
  CATEGORY_LEVELS,
  EVENT_TYPES,
  TITLE_TOKENS,
  type EventType,
  type Snapshot,
} from '../../src/features/snapshot.js'
import { historyAt, type Looking } from '../../src/inspect/looking.js'
import type { Names, Subject } from '../../src/inspect/types.js'
import { folded } from '../../src/text/words.js'
import { catalogAt } from '../../src/protocol/catalog.js'
import type { Queries } from '../../src/protocol/queries.js'
import { TowerRecommender } from '../../src/retrieve/towers.js'

const DAY = 86_400
/** Histories end at day 100; "next" is the 30 days after. */
export const MOMENT = 100 * DAY

const ITEMS = [
  { id: 'milk', advertiser: 0, category: ['FOOD', 'FOOD/DAIRY'], price: 1.5, title: 'Whole milk' },
  { id: 'butter', advertiser: 0, category: ['FOOD', 'FOOD/DAIRY'], price: 2.25, title: 'Butter, salted' },
  { id: 'drill', advertiser: 1, category: ['TOOLS'], price: 89, title: 'Cordless drill 18 V' },
  { id: 'saw', advertiser: 1, category: ['TOOLS'], price: 45.5, title: 'Circular saw' },
  { id: 'bare', advertiser: -1, category: [], price: NaN, title: undefined },
  { id: 'future', advertiser: 1, category: ['TOOLS'], price: 10, title: 'Launched later' },
]
const ADVERTISERS = [
  { id: 'dairy', name: 'Dairy & Sons' },
  { id: 'tools', name: undefined },
]
const NAMED = ADVERTISERS.map(({ id, name }) => ({ id, text: name }))
/** directions of the items: food along x, tools along y; "future" would be the best tool of all */
const VECTORS = [
  [1, 0],
  [0.96, 0.28],
  [0, 1],
  [0.28, 0.96],
  [Math.SQRT1_2, Math.SQRT1_2],
  [0.1, Math.sqrt(0.99)],
]

type Row = [user: number, day: number, type: EventType, item: number, advertiser?: number]
const USERS = ['ann', 'bob', 'eve', 'nil']
const EVENTS: Row[] = [
  [0, 10, 'view', 0],
  [0, 90, 'checkout', 0],
  [0, 99, 'checkout', 1],
  [0, 101, 'checkout', 0],
  [0, 103, 'view', 2],
  [0, 110, 'add_to_cart', 3],
  [0, 111, 'checkout', 3],
  [0, 112, 'signup', -1, 1],
  [0, 131, 'checkout', 2], // a day past the window
  [1, 50, 'checkout', 2],
  [1, 51, 'checkout', 2],
  [1, 105, 'checkout', 5],
  [2, 60, 'view', 3],
]

export function fixtureSnapshot(): Snapshot {
  const offsets = new Uint32Array(USERS.length + 1)
  for (const [u] of EVENTS) for (let v = u + 1; v <= USERS.length; v++) offsets[v]++
  const snapshot = {
    hash: 'fixture',
    users: USERS.length,
    items: ITEMS.length,
    advertisers: ADVERTISERS.length,
    lastSeq: EVENTS.length,
    offsets,
    eventItem: Int32Array.from(EVENTS, (e) => e[3]),
    eventAdvertiser: Int32Array.from(EVENTS, (e) => e[4] ?? ITEMS[e[3]].advertiser),
    eventType: Uint8Array.from(EVENTS, (e) => EVENT_TYPES.indexOf(e[2])),
    eventDomain: new Uint8Array(EVENTS.length),
    eventTime: Uint32Array.from(EVENTS, (e) => e[1] * DAY),
    eventSeq: Uint32Array.from(EVENTS, (_, i) => i + 1),
    itemAdvertiser: Int32Array.from(ITEMS, (i) => i.advertiser),
    itemCategory: Int32Array.from(
      ITEMS.flatMap((i) =>
        Array.from({ length: CATEGORY_LEVELS }, (_, l) =>
          i.category[l] === undefined ? -1 : CATEGORIES.indexOf(i.category[l]),
        ),
      ),
    ),
    categories: CATEGORIES,
    itemPrice: Float32Array.from(ITEMS, (i) => i.price),
    itemTitle: new Uint32Array(ITEMS.length * TITLE_TOKENS),
    itemFirstSeen: Uint32Array.from([10, 99, 50, 60, 20, 105], (d) => d * DAY),
  }
  return { ...snapshot, advertiserFirstSeen: advertisersFirstSeen(snapshot) }
}
const CATEGORIES = ['FOOD', 'FOOD/DAIRY', 'TOOLS']

export const fixtureNames: Names = {
  userId: (id) => found(USERS.indexOf(id)),
  itemId: (id) => found(ITEMS.findIndex((i) => i.id === id)),
  advertiserId: (id) => found(ADVERTISERS.findIndex((a) => a.id === id)),
  named(table, words) {
    const texts = table === 'items' ? ITEMS.map(({ id, title }) => ({ id, text: title })) : NAMED
    const found = texts.flatMap(({ id: externalId, text }, i) =>
      text !== undefined && words.every((word) => folded(text).includes(folded(word)))
        ? [{ id: i + 1, externalId, text }]
        : [],
    )
    return { total: found.length, found }
  },
  user: (id) => ({ externalId: USERS[id - 1] }),
  item(id) {
    const { id: externalId, advertiser, category, price, title } = ITEMS[id - 1]
    const seller = ADVERTISERS[advertiser]
    return {
      externalId,
      title: title ?? null,
      advertiser: seller?.id ?? null,
      advertiserName: seller?.name ?? null,
      category: category[category.length - 1] ?? null,
      price: Number.isNaN(price) ? null : price,
    }
  },
  advertiser: (id) => ({ externalId: ADVERTISERS[id - 1].id, name: ADVERTISERS[id - 1].name ?? null }),
}
const found = (index: number): number | undefined => (index < 0 ? undefined : index + 1)

/** A stand-in for a trained model: a user is the direction of the mean of what the history holds. */
export function fixtureLooking(snapshot: Snapshot, level: Kind): Looking {
  const entryVectors = level === 'item' ? VECTORS : [VECTORS[0], VECTORS[2]]
  const catalog = catalogAt(snapshot, level, MOMENT)
  const of = async (ids: Int32Array): Promise<Float32Array> =>
    Float32Array.from([...ids].flatMap((id) => entryVectors[id]))
  const encodeUsers = async ({ events, users, ends }: Queries): Promise<Float32Array> => {
    const out = new Float32Array(users.length * 2)
    users.forEach((u, q) => {
      let [x, y] = [0, 0]
      for (let e = events.offsets[u]; e < ends[q]; e++) {
        if (events.eventItem[e] < 0) continue
        x += VECTORS[events.eventItem[e]][0]
        y += VECTORS[events.eventItem[e]][1]
      }
      const norm = Math.hypot(x, y) || 1
      out.set([x / norm, y / norm], q * 2)
    })
    return out
  }
  const known = Float32Array.from([...catalog.ids].flatMap((id) => entryVectors[id]))
  return {
    run: `${level}-20260131-101500-a1b2`,
    recommender: new TowerRecommender('transformer', level, { encodeUsers }, known, PRODUCTS),
    catalog,
    reads: 50,
    vectors: { width: 2, of },
  }
}

const PRODUCTS: DotProducts = {
  width: 2,
  score: async (queries, entries, out, stride = entries.length / 2) =>
    plainDotProducts(2, queries, entries, out, stride),
  dispose() {},
}

export function fixtureSubject(models = true): Subject {
  const snapshot = fixtureSnapshot()
  return {
    snapshot,
    names: fixtureNames,
    ...(models ? { item: fixtureLooking(snapshot, 'item'), advertiser: fixtureLooking(snapshot, 'advertiser') } : {}),
    moment: MOMENT,
    windowDays: 30,
    history: (user) => historyAt(snapshot, user, MOMENT),
  }
}
