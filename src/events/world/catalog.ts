import { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { dealItems, type Assortments } from './assortment.js'
import type { WorldKnobs } from './knobs.js'
import { advertiserName, itemTitle } from './names.js'
import { STREAM } from './streams.js'
import { THEMES, TRAIL_LENGTH, type TrailCategory } from './themes.js'

/** Price bands: 0 cheap, 1 middle, 2 dear. Items, advertisers and users have one each. */
export const TIERS = 3
/** Share of the items in the band of their advertiser; the others are of any. */
const IN_BAND = 0.8
/** Items that come to market during the span; never the head item of a category. */
const LAUNCHED_LATER = 0.3
/** Price of a tier relative to the category's middle. */
const TIER_PRICE = [0.55, 1, 1.9]

/** What is for sale: items ordered by (category, advertiser), so that any assortment is one range of indices. */
export interface Catalog extends Assortments {
  items: number
  advertisers: number
  /** themes * TRAIL_LENGTH; category c is place c % TRAIL_LENGTH on the trail of theme floor(c / TRAIL_LENGTH) */
  categories: number
  /** [categories + 1] first item of each category */
  categoryStart: Int32Array
  /** [categories] the most popular item of each category: on the market before the span begins */
  head: Int32Array
  itemTier: Uint8Array
  itemPrice: Float32Array
  /** unix seconds */
  itemLaunch: Uint32Array
  /** [items] share of offsite popularity; those of one advertiser sum to their share */
  offsite: Float64Array
  /** [items] relative onsite popularity */
  onsite: Float64Array
  /**
   * [categories] what goes with a category: one of another theme, each of them the complement of one; -1 in a world of
   * one theme
   */
  complement: Int32Array
}

/** Makes the catalog: a pure function of (knobs, seed). */
export function makeCatalog(knobs: WorldKnobs, seed: number): Catalog {
  const deal = dealItems(knobs, seed)
  const { items } = knobs
  const categories = knobs.themes * TRAIL_LENGTH
  const offsite = offsitePopularity(knobs, deal, new Rng(seed, STREAM.catalog, 0))
  const categoryStart = startsOf(deal.itemCategory, categories)
  const head = headItems(categoryStart, offsite)

  const rng = new Rng(seed, STREAM.catalog, 1)
  const band = Uint8Array.from({ length: knobs.advertisers }, () => rng.int(TIERS))
  const itemTier = new Uint8Array(items)
  const itemPrice = new Float32Array(items)
  const itemLaunch = new Uint32Array(items)
  for (let i = 0; i < items; i++) {
    const category = categoryOf(deal.itemCategory[i])
    itemTier[i] = rng.uniform() < IN_BAND ? band[deal.itemAdvertiser[i]] : rng.int(TIERS)
    itemPrice[i] = readablePrice(category.price * TIER_PRICE[itemTier[i]] * Math.exp(0.15 * rng.normal()))
    const later = rng.uniform() < LAUNCHED_LATER && head[deal.itemCategory[i]] !== i
    itemLaunch[i] = later
      ? knobs.start + rng.int(Math.ceil(knobs.days * 0.95) * DAY)
      : Math.max(0, knobs.start - DAY - rng.int(700 * DAY))
  }
  const onsite = onsitePopularity(knobs, offsite, seed)
  return {
    ...deal,
    items,
    advertisers: knobs.advertisers,
    categories,
    categoryStart,
    head,
    itemTier,
    itemPrice,
    itemLaunch,
    offsite,
    onsite,
    complement: complements(knobs.themes, seed),
  }
}

/**
 * A permutation of the categories that keeps none in its theme: theme t goes with another, place by place at random.
 */
function complements(themes: number, seed: number): Int32Array {
  const complement = new Int32Array(themes * TRAIL_LENGTH).fill(-1)
  if (themes === 1) return complement
  const rng = new Rng(seed, STREAM.complements)
  const cycle = rng.shuffle(Int32Array.from({ length: themes }, (_, t) => t))
  for (let t = 0; t < themes; t++) {
    const places = rng.shuffle(Int32Array.from({ length: TRAIL_LENGTH }, (_, place) => place))
    places.forEach(
      (place, i) => (complement[cycle[t] * TRAIL_LENGTH + i] = cycle[(t + 1) % themes] * TRAIL_LENGTH + place),
    )
  }
  return complement
}

/** Path, noun and middle price of category c. */
export function categoryOf(c: number): TrailCategory {
  return THEMES[Math.floor(c / TRAIL_LENGTH)].trail[c % TRAIL_LENGTH]
}

/** Titles of all items, in order. */
export function* titles(catalog: Catalog, seed: number): Generator<string> {
  const rng = new Rng(seed, STREAM.titles)
  const names = Array.from({ length: catalog.advertisers }, (_, a) => advertiserName(seed, a))
  for (let i = 0; i < catalog.items; i++)
    yield itemTitle(
      rng,
      names[catalog.itemAdvertiser[i]],
      catalog.itemTier[i],
      categoryOf(catalog.itemCategory[i]).noun,
    )
}

/** An advertiser's share, split over their items by a Zipf law in a random order. */
function offsitePopularity(knobs: WorldKnobs, deal: Assortments, rng: Rng): Float64Array {
  const order = rng.shuffle(Int32Array.from({ length: knobs.items }, (_, i) => i))
  const seen = new Int32Array(knobs.advertisers)
  const total = new Float64Array(knobs.advertisers)
  const weight = new Float64Array(knobs.items)
  for (const i of order) {
    const a = deal.itemAdvertiser[i]
    weight[i] = (++seen[a]) ** -knobs.popularitySkew
    total[a] += weight[i]
  }
  return weight.map((w, i) => (w / total[deal.itemAdvertiser[i]]) * deal.share[deal.itemAdvertiser[i]])
}

/** Geometric mixture of offsite popularity and an unrelated Zipf law over all items. */
function onsitePopularity(knobs: WorldKnobs, offsite: Float64Array, seed: number): Float64Array {
  const rank = new Rng(seed, STREAM.onsite).shuffle(Int32Array.from({ length: knobs.items }, (_, i) => i))
  return offsite.map(
    (w, i) => w ** (1 - knobs.domainShift) * (rank[i] + 1) ** (-knobs.popularitySkew * knobs.domainShift),
  )
}

function startsOf(sorted: Int32Array, groups: number): Int32Array {
  const starts = new Int32Array(groups + 1)
  for (const g of sorted) starts[g + 1]++
  for (let g = 0; g < groups; g++) starts[g + 1] += starts[g]
  return starts
}

function headItems(categoryStart: Int32Array, offsite: Float64Array): Int32Array {
  const head = new Int32Array(categoryStart.length - 1)
  for (let c = 0; c < head.length; c++) {
    head[c] = categoryStart[c]
    for (let i = categoryStart[c]; i < categoryStart[c + 1]; i++) if (offsite[i] > offsite[head[c]]) head[c] = i
  }
  return head
}

/** 37.2 -> 36.99, 412 -> 409.99: two or three leading digits, just below a round number. */
function readablePrice(price: number): number {
  const step = price < 20 ? 0.5 : price < 100 ? 1 : price < 1000 ? 10 : 50
  return Math.max(0.99, Math.round(price / step) * step - 0.01)
}
