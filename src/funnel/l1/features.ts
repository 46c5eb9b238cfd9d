import type { AdInventory } from '../../ads/inventory.js'
import { LAST, type Pair } from '../../retrieve/pairs.js'
import { RepeatTimes } from '../../retrieve/repeat-times.js'
import type { Candidates } from '../candidates.js'
import { coVisits } from '../generators/co-visitation.js'
import type { Parts } from '../generators/generator.js'
import { categoryOf } from '../../protocol/catalog.js'
import { UserVotes } from '../generators/nearest-users.js'
import { faded, shopKey, type Visitor } from '../request.js'

const DAY = 86_400
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
  'price known',
  'stands near own items',
  'votes of near users',
  'advertiser stands near own items',
  'advertiser votes of near users',
  'advertiser cosine',
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
  'history length',
  'history age',
  'sources',
] as const
const AT = Object.fromEntries(COLUMNS.map((name, i) => [name, i])) as Record<(typeof COLUMNS)[number], number>

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
  private readonly votes: UserVotes
  private readonly dueItems: RepeatTimes
  private readonly dueAdvertisers: RepeatTimes

  /** @param generators how many there are */
  constructor(
    private readonly parts: Parts,
    generators: number,
  ) {
    this.width = COLUMNS.length + generators
    this.votes = new UserVotes(parts)
    this.dueItems = new RepeatTimes(parts.tables.repeats.items)
    this.dueAdvertisers = new RepeatTimes(parts.tables.repeats.advertisers)
  }

  /**
   * Writes the columns of every candidate, row by row.
   * @param rows which candidates; all where absent @returns [rows, width]
   */
  async read(
    visitor: Visitor,
    { ads, sources }: Candidates,
    inventory: Pick<AdInventory, 'item' | 'advertiser' | 'category'>,
    rows: ArrayLike<number> = Int32Array.from(ads.keys()),
  ): Promise<Float32Array> {
    const { parts, width } = this
    const { queries } = visitor.request
    const itemUser = (await parts.items.userVectors(queries))[0]
    const advertiserUser = (await parts.advertisers?.userVectors(queries))?.[0]
    const near = coVisits(visitor, parts.tables.near)
    const votes = this.votes.of(visitor)
    const { itemAdvertiser } = parts.catalog
    const nearShops = visitor.once('co-visits of advertisers', () => summed(near, itemAdvertiser))
    const shopVotes = visitor.once('votes for advertisers', () => summed(votes, itemAdvertiser))
    const out = new Float32Array(rows.length * width)
    for (let r = 0; r < rows.length; r++) {
      const c = rows[r]
      const row = out.subarray(r * width, (r + 1) * width)
      const [item, advertiser] = [inventory.item[ads[c]], inventory.advertiser[ads[c]]]
      const category = item >= 0 ? categoryOf(parts.catalog, item) : inventory.category[ads[c]]
      if (item >= 0) {
        row[AT['item cosine']] = parts.items.cosine(itemUser, item)
        this.readItem(row, item, visitor)
        row[AT['stands near own items']] = Math.log1p(near.get(item) ?? 0)
        row[AT['votes of near users']] = Math.log1p(votes.get(item) ?? 0)
      }
      if (advertiser >= 0) {
        if (parts.advertisers && advertiserUser)
          row[AT['advertiser cosine']] = parts.advertisers.cosine(advertiserUser, advertiser)
        this.readAdvertiser(row, advertiser, visitor)
        row[AT['advertiser stands near own items']] = Math.log1p(nearShops.get(advertiser) ?? 0)
        row[AT['advertiser votes of near users']] = Math.log1p(shopVotes.get(advertiser) ?? 0)
      }
      if (category >= 0) this.readCategory(row, category, item, advertiser, visitor)
      row[AT['history length']] = Math.log1p(visitor.events) / 5
      row[AT['history age']] = visitor.lastTime > 0 ? faded(visitor.moment - visitor.lastTime) : 0
      row[AT.sources] = sources[c].length / 3
      for (const { generator, rank } of sources[c]) row[COLUMNS.length + generator] = RANK / (RANK + rank)
    }
    return out
  }

  private readItem(row: Float32Array, item: number, visitor: Visitor): void {
    const { tables, catalog } = this.parts
    const pair = visitor.items.get(item)
    if (pair) {
      readPair(row, AT['own item events'], pair, visitor.moment)
      row[AT['own item in the cart']] = pair.state === LAST.carted ? 1 : 0
      row[AT['own item due']] = Math.log1p(this.dueItems.expected(item, pair, visitor.moment))
    }
    row[AT['item popularity']] = tables.items.ever[item] / 5
    row[AT['item popularity lately']] = tables.items.lately[item] / 5
    row[AT['item popularity this week']] = tables.items.week[item] / 5
    row[AT['item age']] = Math.log1p(Math.max(0, visitor.moment - catalog.itemFirstSeen[item]) / DAY) / 5
    const price = Math.log1p(catalog.itemPrice[item])
    const mean = visitor.price
    if (!Number.isFinite(price) || !Number.isFinite(mean)) return
    row[AT['price difference']] = price - mean
    row[AT['price distance']] = Math.abs(price - mean)
    row[AT['price known']] = 1
  }

  private readAdvertiser(row: Float32Array, advertiser: number, visitor: Visitor): void {
    const { tables } = this.parts
    const pair = visitor.advertisers.get(advertiser)
    if (pair) {
      readPair(row, AT['own advertiser events'], pair, visitor.moment)
      row[AT['own advertiser due']] = Math.log1p(this.dueAdvertisers.expected(advertiser, pair, visitor.moment))
    }
    row[AT['advertiser popularity']] = tables.advertisers.ever[advertiser] / 5
    row[AT['advertiser popularity lately']] = tables.advertisers.lately[advertiser] / 5
  }

  private readCategory(row: Float32Array, category: number, item: number, advertiser: number, visitor: Visitor): void {
    row[AT['category popularity']] = this.parts.tables.categories[category] / 5
    const interest = visitor.categories.get(category)
    if (!interest) return
    row[AT['own category share']] = interest.share
    row[AT['own category share this week']] = interest.thisWeek
    row[AT['own category conversions']] = Math.log1p(interest.conversions)
    row[AT['own category age']] = faded(visitor.moment - interest.last)
    row[AT['own category of the advertiser']] = Math.log1p(visitor.shopShelves.get(shopKey(category, advertiser)) ?? 0)
    const price = item < 0 ? NaN : Math.log1p(this.parts.catalog.itemPrice[item]) - interest.price
    if (Number.isFinite(price)) row[AT['price difference in the category']] = Math.abs(price)
  }
}

/** Sums over the items of each group. */
function summed(votes: ReadonlyMap<number, number>, groupOf: Int32Array): Map<number, number> {
  const sums = new Map<number, number>()
  for (const [item, weight] of votes) sums.set(groupOf[item], (sums.get(groupOf[item]) ?? 0) + weight)
  return sums
}

/** Events, events lately, conversions and age of a pair. */
function readPair(row: Float32Array, at: number, { events, decayed, conversions, last }: Pair, moment: number): void {
  row[at] = Math.log1p(events)
  row[at + 1] = Math.log1p(decayed)
  row[at + 2] = Math.log1p(conversions)
  row[at + 3] = faded(moment - last)
}
