import { DAY } from '../core/time.js'
import type { CatalogData } from '../features/snapshot.js'
import { categoryOf } from '../protocol/catalog.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import { RECENT_HALF_LIFE_DAYS } from '../retrieve/own-history.js'
import { readPairs, type Pair } from '../retrieve/pairs.js'
import type { InContext } from '../retrieve/vector-hybrid.js'
import type { AdContext, Excluded, Impression } from './eligibility.js'
import type { Surroundings } from './surroundings.js'
import { whole } from './tables.js'
import type { Tally } from './tally.js'
import { latestVisits, type LatestVisits } from './visits.js'

/** A request for ads. */
export interface AdRequest {
  /** one user: their history, and their vectors where they are stored */
  queries: Queries
  /** index of the user, where they are stored */
  user?: number
  /** the moment at which flights, budgets and caps are looked at is that of the context */
  context: AdContext
  /** the item run's user vector in the context of the request, where it has one */
  inContext?: InContext
  /** ads shown to the user before */
  impressions?: readonly Impression[]
  exclude?: Excluded
  /** the user's stored best advertisers by index, best first */
  stored?: { ids: Int32Array; scores: Float32Array }
  /** ads to hand on */
  k: number
  /** performance.now() by which it is to be answered: what is late is left out */
  deadline?: number
  /** tell of every stage what it did */
  trace?: boolean
}

/** A user's interest in a category, by what they did with its items. */
export interface Interest {
  /** events, each counted as 2^(-age / 30 days), over those of all categories */
  share: number
  /** the same of the last week, each event counted once */
  thisWeek: number
  /** conversions of all time */
  conversions: number
  /** mean log price of its items */
  price: number
  /** unix seconds of the last event */
  last: number
}

/** What generators and the light ranker read of the user who asks; each part is made when it is first read. */
export class Visitor {
  private itemPairs: ReadonlyMap<number, Pair> | undefined
  private advertiserPairs: ReadonlyMap<number, Pair> | undefined
  private interests: ReadonlyMap<number, Interest> | undefined
  private shops: ReadonlyMap<number, number> | undefined
  private meanLogPrice: number | undefined
  private latest: LatestVisits | undefined

  constructor(
    readonly request: AdRequest,
    private readonly catalogs: VisitorCatalogs,
    private readonly surroundings: Surroundings,
  ) {}

  /** unix seconds from which the history is seen */
  get moment(): number {
    return seenAt(this.request.queries, 0)
  }

  /** What they did with each item of their history, by index. */
  get items(): ReadonlyMap<number, Pair> {
    return (this.itemPairs ??= readPairs(this.request.queries, 0, this.catalogs.items))
  }

  /** What they did with each advertiser. */
  get advertisers(): ReadonlyMap<number, Pair> {
    return (this.advertiserPairs ??= readPairs(this.request.queries, 0, this.catalogs.advertisers))
  }

  /** Their interest in each deepest category. */
  get categories(): ReadonlyMap<number, Interest> {
    return (this.interests ??= this.readInterests())
  }

  /** What they did with items of a category of one advertiser: events counted as 2^(-age / 30 days). */
  ofShelf(category: number, advertiser: number): number {
    return (this.shops ??= this.readShops()).get(this.shelfKey(category, advertiser)) ?? 0
  }

  /** Mean log price of what they dealt with; NaN where no price is known. */
  get price(): number {
    return (this.meanLogPrice ??= this.meanPrice())
  }

  /** What they did in their latest visits. */
  get visits(): LatestVisits {
    return (this.latest ??= latestVisits(this.request.queries, this.catalogs.data))
  }

  /** Items that stand near their last ones in histories; good until another visitor is read. */
  get near(): Tally {
    return this.surroundings.near(this)
  }

  /** Items that the users most like them dealt with; good until another visitor is read. */
  get votes(): Tally {
    return this.surroundings.votes(this)
  }

  /** The same by the advertiser of the items. */
  get nearOfAdvertisers(): Tally {
    return this.surroundings.nearOfAdvertisers(this)
  }

  get votesOfAdvertisers(): Tally {
    return this.surroundings.votesOfAdvertisers(this)
  }

  /** Events of the history. */
  get events(): number {
    const { events, users, ends } = this.request.queries
    return ends[0] - events.offsets[users[0]]
  }

  /** unix seconds of the last event; 0 without one */
  get lastTime(): number {
    const { events, ends } = this.request.queries
    return this.events === 0 ? 0 : events.eventTime[ends[0] - 1]
  }

  private readInterests(): Map<number, Interest> {
    const { data } = this.catalogs
    const found = new Map<number, Interest & { prices: number; priced: number }>()
    let [total, week] = [0, 0]
    for (const [item, { decayed, events, conversions, last }] of this.items) {
      const category = categoryOf(data, item)
      if (category < 0) continue
      let one = found.get(category)
      if (!one) {
        one = { share: 0, thisWeek: 0, conversions: 0, price: NaN, last: 0, prices: 0, priced: 0 }
        found.set(category, one)
      }
      one.share += decayed
      one.conversions += conversions
      one.last = Math.max(one.last, last)
      if (this.moment - last < 7 * DAY) one.thisWeek += events
      if (this.moment - last < 7 * DAY) week += events
      const price = Math.log1p(data.itemPrice[item])
      if (Number.isFinite(price)) {
        one.prices += events * price
        one.priced += events
      }
      total += decayed
    }
    for (const one of found.values()) {
      // all of a lifetime ago: a share of nothing
      one.share = total > 0 ? one.share / total : 0
      if (week > 0) one.thisWeek /= week
      one.price = one.prices / one.priced
    }
    return found
  }

  private readShops(): Map<number, number> {
    const { data } = this.catalogs
    const found = new Map<number, number>()
    for (const [item, { decayed }] of this.items) {
      const key = this.shelfKey(categoryOf(data, item), data.itemAdvertiser[item])
      found.set(key, (found.get(key) ?? 0) + decayed)
    }
    return found
  }

  /** One number for both; -1 is none. */
  private shelfKey(category: number, advertiser: number): number {
    return (category + 1) * (this.catalogs.data.advertisers + 1) + advertiser + 1
  }

  private meanPrice(): number {
    let [n, sum] = [0, 0]
    for (const [item, { events }] of this.items) {
      const price = Math.log1p(this.catalogs.data.itemPrice[item])
      if (!Number.isFinite(price)) continue
      n += events
      sum += events * price
    }
    return sum / n
  }
}

/** Catalogs of everything: they are made once. */
export interface VisitorCatalogs {
  data: CatalogData
  items: ReturnType<typeof whole>
  advertisers: ReturnType<typeof whole>
}

export const visitorCatalogs = (data: CatalogData): VisitorCatalogs => ({
  data,
  items: whole(data, 'item'),
  advertisers: whole(data, 'advertiser'),
})

/** 2^(-days / half-life): how much an event of so long ago counts. */
export const faded = (seconds: number): number => 2 ** (-Math.max(0, seconds) / DAY / RECENT_HALF_LIFE_DAYS)
