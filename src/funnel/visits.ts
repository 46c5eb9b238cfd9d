import type { CatalogData } from '../features/snapshot.js'
import { categoryOf } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { VISIT_GAP } from '../retrieve/baskets.js'

/** Visits that are looked at, the latest. */
const VISITS = 3
/** Items, and categories in a row, that are looked at, the latest. */
const ITEMS = 10
const CATEGORIES = 5

/** What a user did in their latest visits: events half an hour apart or less are of one. */
export interface LatestVisits {
  /** items, each once, the latest first */
  items: readonly number[]
  /** deepest categories, the latest first; one that goes on counts once */
  categories: readonly number[]
  /** of the last visit: events, and events with each item, advertiser and category */
  events: number
  ofItem: ReadonlyMap<number, number>
  ofAdvertiser: ReadonlyMap<number, number>
  /** place: mean of its events' places, from 0 for the first of the visit to 1 for the last */
  ofCategory: ReadonlyMap<number, { events: number; place: number }>
  /** of the last three visits: events, and events with each category */
  eventsOfThree: number
  ofThree: ReadonlyMap<number, number>
}

/** Reads the latest visits of query 0. */
export function latestVisits({ events, users, ends }: Queries, catalog: CatalogData): LatestVisits {
  const { eventItem, eventTime } = events
  const from = events.offsets[users[0]]
  const items = new Set<number>()
  const categories: number[] = []
  for (let row = ends[0] - 1; row >= from && (items.size < ITEMS || categories.length < CATEGORIES); row--) {
    const item = eventItem[row]
    if (item < 0) continue
    if (items.size < ITEMS) items.add(item)
    const category = categoryOf(catalog, item)
    if (category >= 0 && categories.length < CATEGORIES && categories.at(-1) !== category) categories.push(category)
  }
  const ofItem = new Map<number, number>()
  const ofAdvertiser = new Map<number, number>()
  const places = new Map<number, { events: number; places: number }>()
  const ofThree = new Map<number, number>()
  let [visits, eventsOfLast, eventsOfThree] = [0, 0, 0]
  for (let last = ends[0] - 1; last >= from && visits < VISITS;) {
    let first = last
    while (first > from && eventTime[first] - eventTime[first - 1] <= VISIT_GAP) first--
    let own = 0
    for (let row = first; row <= last; row++) {
      const item = eventItem[row]
      if (item < 0) continue
      own++
      const category = categoryOf(catalog, item)
      add(ofThree, category)
      if (visits > 0) continue
      add(ofItem, item)
      add(ofAdvertiser, catalog.itemAdvertiser[item])
      const one = places.get(category) ?? { events: 0, places: 0 }
      one.events++
      one.places += first === last ? 0.5 : (row - first) / (last - first)
      places.set(category, one)
    }
    // one without an item, a signup alone, says nothing here
    if (own > 0 && visits++ === 0) eventsOfLast = own
    eventsOfThree += own
    last = first - 1
  }
  return {
    items: [...items],
    categories,
    events: eventsOfLast,
    ofItem,
    ofAdvertiser,
    ofCategory: new Map(
      [...places].map(([category, { events, places }]) => [category, { events, place: places / events }]),
    ),
    eventsOfThree,
    ofThree,
  }
}

const add = (counts: Map<number, number>, key: number): void => void counts.set(key, (counts.get(key) ?? 0) + 1)
