import type { Queries } from '../protocol/queries.js'
import type { Listed } from './ranking.js'
import type { EventType, Snapshot } from '../features/snapshot.js'
import type { ItemGraph } from './item-graph.js'
import type { Looking } from './looking.js'
import type { IdLookup } from '../store/entity-id.js'

/** What the catalog says of an item; null where it is silent. */
export interface ItemCard {
  /** external id; null for an event without item (a signup) */
  item: string | null
  title: string | null
  advertiser: string | null
  advertiserName: string | null
  category: string | null
  price: number | null
}

export interface HistoryRow extends ItemCard {
  /** unix seconds */
  time: number
  type: EventType
  domain: string
}

export interface RetrievedItem extends ItemCard {
  rank: number
  score: number
  /** converted on within the window that follows */
  boughtNext: boolean
  /** conversions of this user on it before */
  boughtBefore: number
}

export interface RetrievedAdvertiser {
  rank: number
  advertiser: string
  advertiserName: string | null
  score: number
  boughtNext: boolean
  boughtBefore: number
}

/** What the user converted on in the window after the moment, one row an item (or an advertiser, for signups). */
export interface NextPurchase extends ItemCard {
  /** of the first conversion, unix seconds */
  time: number
  type: EventType
  conversions: number
  /** rank of the item among all; null without an item model, or where the catalog did not have it yet */
  rank: number | null
  advertiserRank: number | null
  /** converted on before, too */
  repeat: boolean
}

export interface Origin {
  /** names of what was asked at either level: "transformer + history", a baseline, the generation; null: nothing */
  itemBy: string | null
  advertiserBy: string | null
  /** the runs that were asked; null where there is none */
  itemRun: string | null
  advertiserRun: string | null
  /** the generation that is looked at as it is served; null for runs at their cutoff */
  generation: string | null
  /** the model sees events up to here: unix seconds */
  moment: number
  /** the days after it in which purchases count as next */
  windowDays: number
}

export interface UserView extends Origin {
  user: string
  /** latest first, at most as many as asked for */
  history: HistoryRow[]
  historyEvents: number
  items: RetrievedItem[]
  advertisers: RetrievedAdvertiser[]
  /** best rank first */
  next: NextPurchase[]
  /** conversions in the window, and those of them on items within the top 10 and 100 */
  nextConversions: number
  hits: Record<string, number> | null
}

export interface Activity {
  events: number
  users: number
  byType: Partial<Record<EventType, number>>
  conversions: number
  /** place by conversions among all; 1 is the most */
  rank: number
  of: number
  /** unix seconds; null where it has no event */
  firstSeen: number | null
  lastSeen: number | null
}

export interface Buyer {
  user: string
  conversions: number
  /** unix seconds */
  last: number
}

export interface Neighbour extends ItemCard {
  rank: number
  score: number
  /** its rank among the neighbours in the other space; null where there is no other, or no vector in it */
  other: number | null
}

/** A group of past events and what leaving it out does to an entry. */
export interface PulledBy extends ItemCard {
  /** score with the group minus score without it */
  pull: number
  rankWithout: number
  events: number
  /** unix seconds */
  last: number
  types: EventType[]
}

export interface WhyView {
  /** "user 900", "made-up history" */
  whose: string
  run: string
  moment: number
  kind: 'item' | 'advertiser'
  by: 'item' | 'basket'
  entry: ItemCard
  score: number
  rank: number
  /** entries ranked */
  of: number
  /** latest events of the history that the model reads */
  reads: number
  historyEvents: number
  /** groups left out, the latest ones, and how many there are */
  tried: number
  groups: number
  /** the strongest pull first */
  pulls: PulledBy[]
}

export interface ItemView extends Origin, ItemCard {
  activity: Activity
  /** nearest by cosine of item vectors, itself left out; empty without an item model */
  nearest: Neighbour[]
  /** nearest by cosine of the graph vectors that the item tower reads; null where the run has none */
  nearestInGraph: Neighbour[] | null
  /** whether its own graph vector was learned from what is engaged with together; null where there is none */
  inGraph: boolean | null
  buyers: Buyer[]
}

export interface AdvertiserView extends Origin {
  advertiser: string
  advertiserName: string | null
  items: number
  /** median over items with a known price */
  medianPrice: number | null
  categories: { category: string; items: number }[]
  activity: Activity
  topItems: (ItemCard & { conversions: number })[]
  nearest: { rank: number; score: number; advertiser: string; advertiserName: string | null }[]
}

export interface Moved extends ItemCard {
  rank: number
  score: number
  /** rank in the other list; null where that list ranks nothing */
  other: number | null
}

export interface TryView extends Origin {
  /** what the two lists come from: "popularity", "user 900", "user 900, 2 events dropped" */
  before: { label: string; history: HistoryRow[]; items: Moved[]; advertisers: MovedAdvertiser[] }
  after: { label: string; history: HistoryRow[]; items: Moved[]; advertisers: MovedAdvertiser[] }
}

export interface MovedAdvertiser {
  advertiser: string
  advertiserName: string | null
  rank: number
  score: number
  other: number | null
}

export interface ItemRecord {
  externalId: string
  title: string | null
  advertiser: string | null
  advertiserName: string | null
  category: string | null
  price: number | null
}

/** External ids and names, by the store's integer ids (from 1). */
export interface Names extends IdLookup {
  user(id: number): { externalId: string }
  item(id: number): ItemRecord
  advertiser(id: number): { externalId: string; name: string | null }
}

/** What all inspections look at. */
export interface Subject {
  snapshot: Snapshot
  names: Names
  item?: Looking
  advertiser?: Looking
  /** the graph vectors of the item run; undefined where it was trained without */
  graph?(): ItemGraph | undefined
  /** unix seconds: histories end here, what comes after is "next" */
  moment: number
  windowDays: number
  /** a user's history as it is asked about */
  history(user: number): Queries
  /** a generation is looked at as it is served: its id, and the advertisers that are stored for a user */
  served?: { generation: string; advertisers(user: number): Listed[] | undefined }
}
