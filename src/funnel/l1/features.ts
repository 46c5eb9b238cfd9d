import type { AdInventory } from '../../ads/inventory.js'
import { LAST, type Pair } from '../../retrieve/pairs.js'
import { RepeatTimes } from '../../retrieve/repeat-times.js'
import type { Candidates } from '../candidates.js'
import { coVisits } from '../generators/co-visitation.js'
import type { Parts } from '../generators/generator.js'
import { categoryOf } from '../../protocol/catalog.js'
import { faded, type Visitor } from '../request.js'

const DAY = 86_400
/** Added to a rank before it is turned over. */
const RANK = 10

/** The columns before those of the generators. */
const COLUMNS = [
  'item cosine',
  'advertiser cosine',
  'own item events',
  'own item events lately',
  'own item conversions',
  'own item age',
  'own item in the cart',
  'own item due',
  'own advertiser events',
  'own advertiser events lately',
  'own advertiser conversions',
  'own advertiser age',
  'own advertiser due',
  'category share',
  'category age',
  'category popularity',
  'item popularity',
  'item popularity lately',
  'item popularity this week',
  'item age',
  'advertiser popularity',
  'advertiser popularity lately',
  'price difference',
  'price distance',
  'price known',
  'stands near own items',
  'history length',
  'history age',
  'sources',
] as const

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

  /** @param generators how many there are */
  constructor(
    private readonly parts: Parts,
    generators: number,
  ) {
    this.width = COLUMNS.length + generators
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
    const out = new Float32Array(rows.length * width)
    for (let r = 0; r < rows.length; r++) {
      const c = rows[r]
      const row = out.subarray(r * width, (r + 1) * width)
      const [item, advertiser] = [inventory.item[ads[c]], inventory.advertiser[ads[c]]]
      if (item >= 0) {
        row[0] = parts.items.cosine(itemUser, item)
        this.readItem(row, item, visitor)
        row[25] = Math.log1p(near.get(item) ?? 0)
      }
      if (advertiser >= 0) {
        if (parts.advertisers && advertiserUser) row[1] = parts.advertisers.cosine(advertiserUser, advertiser)
        this.readAdvertiser(row, advertiser, visitor)
      }
      this.readCategory(row, item >= 0 ? categoryOf(parts.catalog, item) : inventory.category[ads[c]], visitor)
      row[26] = Math.log1p(visitor.events) / 5
      row[27] = visitor.lastTime > 0 ? faded(visitor.moment - visitor.lastTime) : 0
      row[28] = sources[c].length / 3
      for (const { generator, rank } of sources[c]) row[COLUMNS.length + generator] = RANK / (RANK + rank)
    }
    return out
  }

  private readItem(row: Float32Array, item: number, visitor: Visitor): void {
    const { tables, catalog } = this.parts
    const pair = visitor.items.get(item)
    if (pair) {
      readPair(row, 2, pair, visitor.moment)
      row[6] = pair.state === LAST.carted ? 1 : 0
      row[7] = Math.log1p(this.dueItems.expected(item, pair, visitor.moment))
    }
    row[16] = tables.items.ever[item] / 5
    row[17] = tables.items.lately[item] / 5
    row[18] = tables.items.week[item] / 5
    const age = visitor.moment - catalog.itemFirstSeen[item]
    row[19] = Math.log1p(Math.max(0, age) / DAY) / 5
    const price = Math.log1p(catalog.itemPrice[item])
    const { mean } = visitor.priceBand
    if (!Number.isFinite(price) || !Number.isFinite(mean)) return
    row[22] = price - mean
    row[23] = Math.abs(price - mean)
    row[24] = 1
  }

  private readAdvertiser(row: Float32Array, advertiser: number, visitor: Visitor): void {
    const { tables } = this.parts
    const pair = visitor.advertisers.get(advertiser)
    if (pair) {
      readPair(row, 8, pair, visitor.moment)
      row[12] = Math.log1p(this.dueAdvertisers.expected(advertiser, pair, visitor.moment))
    }
    row[20] = tables.advertisers.ever[advertiser] / 5
    row[21] = tables.advertisers.lately[advertiser] / 5
  }

  private readCategory(row: Float32Array, category: number, visitor: Visitor): void {
    if (category < 0) return
    const share = visitor.categories.get(category)
    if (share) {
      row[13] = share.share
      row[14] = faded(visitor.moment - share.last)
    }
    row[15] = this.parts.tables.categories[category] / 5
  }
}

/** Events, events lately, conversions and age of a pair. */
function readPair(row: Float32Array, at: number, { events, decayed, conversions, last }: Pair, moment: number): void {
  row[at] = Math.log1p(events)
  row[at + 1] = Math.log1p(decayed)
  row[at + 2] = Math.log1p(conversions)
  row[at + 3] = faded(moment - last)
}
