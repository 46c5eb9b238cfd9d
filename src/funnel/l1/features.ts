import { DAY } from '../../core/time.js'
import type { AdInventory } from '../../ads/inventory.js'
import { QueryBlock } from '../../ann/dot-products.js'
import { LAST, type Pair } from '../../retrieve/pairs.js'
import { RepeatTimes } from '../../retrieve/repeat-times.js'
import type { Candidates } from '../candidates.js'
import type { Parts } from '../generators/generator.js'
import { categoryOf } from '../../protocol/catalog.js'
import type { CatalogData } from '../../features/snapshot.js'
import { meanLift } from '../follows.js'
import { faded, type Visitor } from '../request.js'

/** Added to a rank before it is turned over. */
const RANK = 10

/** The columns before those of the generators. */
const COLUMNS = [
  'item cosine',
  'own item events',
  'own item events lately',
  'own item conversions',
  'own item age',
  'own item in the cart',
  'own item due',
  'item popularity',
  'item popularity lately',
  'item popularity this week',
  'item age',
  'price difference',
  'price distance',
  'price difference in the category',
  'price level distance',
  'price known',
  'stands near own items',
  'votes of near users',
  'advertiser stands near own items',
  'advertiser votes of near users',
  'cosine to the last item',
  'cosine to the last ten items',
  'item in the last visit',
  'advertiser cosine',
  'advertiser in the last visit',
  'own advertiser events',
  'own advertiser events lately',
  'own advertiser conversions',
  'own advertiser age',
  'own advertiser due',
  'advertiser popularity',
  'advertiser popularity lately',
  'own category share',
  'own category share this week',
  'own category conversions',
  'own category age',
  'own category of the advertiser',
  'category popularity',
  'category in the last visit',
  'place of the category in the last visit',
  'category of the last event',
  'category in three visits',
  'follows the last category',
  'follows the last five categories',
  'history length',
  'history age',
  'sources',
] as const
const AT = Object.fromEntries(COLUMNS.map((name, i) => [name, i])) as Record<(typeof COLUMNS)[number], number>
/** Columns that are the same for all ads of an advertiser. */
const OF_ADVERTISER = [
  AT['advertiser stands near own items'],
  AT['advertiser votes of near users'],
  AT['advertiser cosine'],
  AT['advertiser in the last visit'],
  AT['own advertiser events'],
  AT['own advertiser events lately'],
  AT['own advertiser conversions'],
  AT['own advertiser age'],
  AT['own advertiser due'],
  AT['advertiser popularity'],
  AT['advertiser popularity lately'],
]

/** Names of the columns, in order. @param generators names */
export const featureNames = (generators: readonly string[]): string[] => [
  ...COLUMNS,
  ...generators.map((name) => `rank of ${name}`),
]

/**
 * What the light ranker reads of a candidate: scores of both towers, what the user did with the item, its advertiser
 * and its category and how long ago, popularity, price against what the user pays, and the ranks that generators gave.
 * Counts and popularity are logs, ages 2^(-age / 30 days), ranks 10 / (10 + rank); what is absent is 0.
 */
export class Features {
  readonly width: number
  private readonly dueItems: RepeatTimes
  private readonly dueAdvertisers: RepeatTimes
  /** [items] deepest category, and log(1 + price) */
  private readonly category: Int32Array
  private readonly price: Float64Array
  /** [items] share of the known items of the deepest category that cost less, NaN where the price is unknown */
  private readonly level: Float32Array
  /** [categories] of the visitor that is read */
  private readonly follows: readonly [last: Float32Array, five: Float32Array]

  /** @param generators how many there are */
  constructor(
    private readonly parts: Parts,
    generators: number,
  ) {
    this.width = COLUMNS.length + generators
    this.dueItems = new RepeatTimes(parts.tables.repeats.items)
    this.dueAdvertisers = new RepeatTimes(parts.tables.repeats.advertisers)
    const { catalog } = parts
    this.category = new Int32Array(catalog.items)
    this.price = new Float64Array(catalog.items)
    for (let item = 0; item < catalog.items; item++) {
      this.category[item] = categoryOf(catalog, item)
      this.price[item] = Math.log1p(catalog.itemPrice[item])
    }
    this.level = priceLevels(catalog, this.category, parts.tables.asOf)
    this.follows = [new Float32Array(catalog.categories.length), new Float32Array(catalog.categories.length)]
  }

  /**
   * Writes the columns of every candidate, row by row.
   * @param rows which candidates; all where absent @returns [rows, width]
   */
  async read(
    visitor: Visitor,
    { ads, offsets, generator, rank }: Candidates,
    inventory: Pick<AdInventory, 'item' | 'advertiser' | 'category'>,
    rows: ArrayLike<number> = ads.map((_, c) => c),
  ): Promise<Float32Array> {
    const { parts, width } = this
    const { queries } = visitor.request
    const itemUser = (await parts.items.userVectors(queries))[0]
    const advertiserUser = (await parts.advertisers?.userVectors(queries))?.[0]
    // from here on nothing is waited for: tallies are the visitor's as long as no other is asked about
    const { near, votes, moment, visits } = visitor
    const level = this.priceLevel(visitor)
    const latest = visits.items.map((item) => parts.items.vector(item))
    const block = new QueryBlock(parts.items.width, [itemUser, ...latest])
    const { products } = block
    const [afterLast, afterFive] = this.follows
    meanLift(parts.tables.follows, visits.categories.slice(0, 1), afterLast)
    meanLift(parts.tables.follows, visits.categories, afterFive)
    const out = new Float32Array(rows.length * width)
    const rowOfAdvertiser = new Map<number, number>()
    const length = Math.log1p(visitor.events) / 5
    const age = visitor.lastTime > 0 ? faded(moment - visitor.lastTime) : 0
    for (let r = 0, at = 0; r < rows.length; r++, at += width) {
      const c = rows[r]
      const item = inventory.item[ads[c]]
      const advertiser = inventory.advertiser[ads[c]]
      const category = item >= 0 ? this.category[item] : inventory.category[ads[c]]
      if (item >= 0) {
        parts.items.multiply(item, block)
        out[at + AT['item cosine']] = products[0]
        this.readItem(out, at, item, visitor)
        out[at + AT['stands near own items']] = Math.log1p(near.get(item))
        out[at + AT['votes of near users']] = Math.log1p(votes.get(item))
        out[at + AT['item in the last visit']] = Math.log1p(visits.ofItem.get(item) ?? 0)
        if (latest.length > 0) {
          let nearest = products[1]
          for (let n = 2; n <= latest.length; n++) nearest = Math.max(nearest, products[n])
          out[at + AT['cosine to the last item']] = products[1]
          out[at + AT['cosine to the last ten items']] = nearest
        }
        const distance = Math.abs(this.level[item] - level)
        if (Number.isFinite(distance)) out[at + AT['price level distance']] = distance
      }
      if (advertiser >= 0) {
        // ads of one advertiser have these columns in common
        const same = rowOfAdvertiser.get(advertiser)
        if (same !== undefined) {
          for (const column of OF_ADVERTISER) out[at + column] = out[same + column]
        } else {
          rowOfAdvertiser.set(advertiser, at)
          if (parts.advertisers && advertiserUser)
            out[at + AT['advertiser cosine']] = parts.advertisers.cosine(advertiserUser, advertiser)
          this.readAdvertiser(out, at, advertiser, visitor)
        }
      }
      if (category >= 0) {
        this.readCategory(out, at, category, item, advertiser, visitor)
        out[at + AT['follows the last category']] = afterLast[category]
        out[at + AT['follows the last five categories']] = afterFive[category]
      }
      out[at + AT['history length']] = length
      out[at + AT['history age']] = age
      out[at + AT.sources] = (offsets[c + 1] - offsets[c]) / 3
      for (let s = offsets[c]; s < offsets[c + 1]; s++)
        out[at + COLUMNS.length + generator[s]] = RANK / (RANK + rank[s])
    }
    return out
  }

  /** Mean price level of what the user dealt with, a conversion three times; NaN where no price is known. */
  private priceLevel(visitor: Visitor): number {
    let [n, sum] = [0, 0]
    for (const [item, { events, conversions }] of visitor.items) {
      const level = this.level[item]
      if (Number.isNaN(level)) continue
      const weight = events + 2 * conversions
      n += weight
      sum += weight * level
    }
    return sum / n
  }

  private readItem(out: Float32Array, at: number, item: number, visitor: Visitor): void {
    const { tables, catalog } = this.parts
    const pair = visitor.items.get(item)
    if (pair) {
      readPair(out, at + AT['own item events'], pair, visitor.moment)
      out[at + AT['own item in the cart']] = pair.state === LAST.carted ? 1 : 0
      out[at + AT['own item due']] = Math.log1p(this.dueItems.expected(item, pair, visitor.moment))
    }
    out[at + AT['item popularity']] = tables.items.ever[item] / 5
    out[at + AT['item popularity lately']] = tables.items.lately[item] / 5
    out[at + AT['item popularity this week']] = tables.items.week[item] / 5
    out[at + AT['item age']] = Math.log1p(Math.max(0, visitor.moment - catalog.itemFirstSeen[item]) / DAY) / 5
    const price = this.price[item]
    const mean = visitor.price
    if (!Number.isFinite(price) || !Number.isFinite(mean)) return
    out[at + AT['price difference']] = price - mean
    out[at + AT['price distance']] = Math.abs(price - mean)
    out[at + AT['price known']] = 1
  }

  private readAdvertiser(out: Float32Array, at: number, advertiser: number, visitor: Visitor): void {
    const { tables } = this.parts
    const pair = visitor.advertisers.get(advertiser)
    if (pair) {
      readPair(out, at + AT['own advertiser events'], pair, visitor.moment)
      out[at + AT['own advertiser due']] = Math.log1p(this.dueAdvertisers.expected(advertiser, pair, visitor.moment))
    }
    out[at + AT['advertiser popularity']] = tables.advertisers.ever[advertiser] / 5
    out[at + AT['advertiser popularity lately']] = tables.advertisers.lately[advertiser] / 5
    const { events, ofAdvertiser } = visitor.visits
    if (events > 0) out[at + AT['advertiser in the last visit']] = (ofAdvertiser.get(advertiser) ?? 0) / events
    out[at + AT['advertiser stands near own items']] = Math.log1p(visitor.nearOfAdvertisers.get(advertiser))
    out[at + AT['advertiser votes of near users']] = Math.log1p(visitor.votesOfAdvertisers.get(advertiser))
  }

  private readCategory(
    out: Float32Array,
    at: number,
    category: number,
    item: number,
    advertiser: number,
    visitor: Visitor,
  ): void {
    out[at + AT['category popularity']] = this.parts.tables.categories[category] / 5
    const { events, ofCategory, ofThree, eventsOfThree, categories } = visitor.visits
    const lately = ofCategory.get(category)
    if (lately) {
      out[at + AT['category in the last visit']] = lately.events / events
      out[at + AT['place of the category in the last visit']] = lately.place
    }
    if (categories[0] === category) out[at + AT['category of the last event']] = 1
    if (eventsOfThree > 0) out[at + AT['category in three visits']] = (ofThree.get(category) ?? 0) / eventsOfThree
    const interest = visitor.categories.get(category)
    if (!interest) return
    out[at + AT['own category share']] = interest.share
    out[at + AT['own category share this week']] = interest.thisWeek
    out[at + AT['own category conversions']] = Math.log1p(interest.conversions)
    out[at + AT['own category age']] = faded(visitor.moment - interest.last)
    out[at + AT['own category of the advertiser']] = Math.log1p(visitor.ofShelf(category, advertiser))
    const price = item < 0 ? NaN : this.price[item] - interest.price
    if (Number.isFinite(price)) out[at + AT['price difference in the category']] = Math.abs(price)
  }
}

/**
 * Where the price of each item stands among the items of its category known at t: (items that cost less + 1/2) / items;
 * NaN where the price or the category is unknown.
 */
function priceLevels(catalog: CatalogData, categoryOf: Int32Array, t: number): Float32Array {
  const { items, itemPrice, itemFirstSeen, categories } = catalog
  const prices = categories.map((): number[] => [])
  for (let item = 0; item < items; item++)
    if (categoryOf[item] >= 0 && itemPrice[item] > 0 && itemFirstSeen[item] <= t)
      prices[categoryOf[item]].push(itemPrice[item])
  const sorted = prices.map((of) => Float32Array.from(of).sort())
  return Float32Array.from({ length: items }, (_, item) => {
    const among = sorted[categoryOf[item]]
    if (!among || among.length === 0 || !(itemPrice[item] > 0)) return NaN
    let [low, high] = [0, among.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (among[middle] < itemPrice[item]) low = middle + 1
      else high = middle
    }
    return (low + 0.5) / among.length
  })
}

/** Events, events lately, conversions and age of a pair. */
function readPair(out: Float32Array, at: number, { events, decayed, conversions, last }: Pair, moment: number): void {
  out[at] = Math.log1p(events)
  out[at + 1] = Math.log1p(decayed)
  out[at + 2] = Math.log1p(conversions)
  out[at + 3] = faded(moment - last)
}
