import type { CatalogData } from '../features/snapshot.js'
import { categoryOf } from '../protocol/catalog.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import { RECENT_HALF_LIFE_DAYS } from '../retrieve/own-history.js'
import { readPairs, type Pair } from '../retrieve/pairs.js'
import type { AdContext, Excluded, Impression } from './eligibility.js'
import { whole } from './tables.js'

const DAY = 86_400

/** A request for ads. */
export interface AdRequest {
  /** one user: their history, and their vectors where they are stored */
  queries: Queries
  /** the moment at which flights, budgets and caps are looked at is that of the context */
  context: AdContext
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

/** A share of a user's interest, by what they did lately. */
export interface CategoryShare {
  category: number
  /** events, each counted as 2^(-age / 30 days), over those of all categories */
  share: number
  /** unix seconds of the last */
  last: number
}

/** What generators and the light ranker read of the user who asks; each part is made when it is first read. */
export class Visitor {
  private itemPairs: ReadonlyMap<number, Pair> | undefined
  private advertiserPairs: ReadonlyMap<number, Pair> | undefined
  private shares: ReadonlyMap<number, CategoryShare> | undefined
  private band: { mean: number; spread: number } | undefined

  constructor(
    readonly request: AdRequest,
    private readonly catalogs: VisitorCatalogs,
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
  get categories(): ReadonlyMap<number, CategoryShare> {
    return (this.shares ??= this.readCategories())
  }

  /** Mean and spread of the log prices of what they dealt with; NaN where no price is known. */
  get priceBand(): { mean: number; spread: number } {
    return (this.band ??= this.readPrices())
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

  private readCategories(): Map<number, CategoryShare> {
    const found = new Map<number, CategoryShare>()
    let total = 0
    for (const [item, { decayed, last }] of this.items) {
      const category = categoryOf(this.catalogs.data, item)
      if (category < 0) continue
      const one = found.get(category)
      if (one) {
        one.share += decayed
        one.last = Math.max(one.last, last)
      } else found.set(category, { category, share: decayed, last })
      total += decayed
    }
    for (const one of found.values()) one.share /= total
    return found
  }

  private readPrices(): { mean: number; spread: number } {
    let [n, sum, squares] = [0, 0, 0]
    for (const [item, { events }] of this.items) {
      const price = Math.log1p(this.catalogs.data.itemPrice[item])
      if (!Number.isFinite(price)) continue
      n += events
      sum += events * price
      squares += events * price * price
    }
    const mean = sum / n
    return { mean, spread: Math.sqrt(Math.max(0, squares / n - mean * mean)) }
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
