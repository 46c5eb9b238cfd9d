import { Rng } from '../../core/rng.js'
import type { AdDraft } from '../import/sink.js'
import { drawTerms, type Terms } from './campaign-terms.js'
import type { Catalog } from './catalog.js'
import { categoryOf } from './catalog.js'
import { drawCountry } from './countries.js'
import { advertiserName } from './names.js'
import { STREAM } from './streams.js'
import { THEMES, TRAIL_LENGTH } from './themes.js'
import type { World } from './user-state.js'

/** Probability that an advertiser advertises: of the least popular one, and what the most popular has beside it. */
const ADVERTISES = { any: 0.5, popular: 0.4 } as const
/** Of those who do, the shares that run shopping ads alone, standard ads alone, and both. */
const KINDS = { shoppingAlone: 0.15, standardAlone: 0.15 } as const
/** Probability of a shopping ad: of any item, and what the most popular and the dearest one have beside it. */
const SHOPPING = { any: 0.1, popular: 0.5, dear: 0.3 } as const
/** Median, spread of the logarithm, and limit of the share of a price that is left to an advertiser. */
export const MARGIN = { median: 0.15, spread: 0.4, most: 0.9 } as const
/** Prices from which on items are in a campaign of middle, and of dear ones. */
export const PRICE_LEVELS = [50, 200] as const
/** Standard ads an advertiser has at most, one for each of the themes that most of their items are in. */
const STANDARD_ADS = 3
const AD_PAUSED = 0.03

/** Policy flags by the beginning of a category path. */
const FLAGS: readonly [path: string, flag: string][] = [
  ['Health/', 'health'],
  ['Pets/Health/', 'health'],
  ['Baby/', 'children'],
  ['Toys/', 'children'],
  ['Clothing/Children/', 'children'],
  ['Furniture/Nursery/', 'children'],
]

/** The policy flag of what is in a category. */
export const flagOf = (path: string): string | undefined => FLAGS.find(([beginning]) => path.startsWith(beginning))?.[1]

/** An ad of a world, every field of its campaign told. */
export interface WorldAd extends AdDraft {
  told: Terms
}

/** What an advertiser does about ads. */
interface Plan {
  standard: boolean
  shopping: boolean
  /** share of the price that is theirs */
  margin: number
  /** index into COUNTRIES */
  home: number
}

/**
 * The ads of a world: of each advertiser who advertises standard ads, then shopping ads. A pure function of knobs and
 * seed with random streams of its own. A shopping campaign holds items of one price level and one policy flag, so that
 * its bid follows what a conversion of them is worth.
 * @param prefix goes before every external id
 */
export function* worldAds(world: World, prefix = ''): Generator<WorldAd, void> {
  const { catalog } = world
  const items = itemsByAdvertiser(catalog)
  const chance = shoppingChance(catalog)
  let ads = 0
  let campaigns = 0
  for (let advertiser = 0; advertiser < catalog.advertisers; advertiser++) {
    const plan = drawPlan(world, advertiser)
    const own = items(advertiser)
    const groups = [
      ...(plan.standard ? [standardAds(world, advertiser, plan, own)] : []),
      ...(plan.shopping ? shoppingAds(world, advertiser, plan, own, chance) : []),
    ]
    for (const { told, ads: inGroup } of groups) {
      const campaign = `${prefix}c${++campaigns}`
      for (const { item, title, category, paused } of inGroup)
        yield {
          ad: `${prefix}ad${++ads}`,
          advertiser: `${prefix}a${advertiser + 1}`,
          item: item < 0 ? '' : `${prefix}i${item + 1}`,
          campaign,
          told,
          title,
          category,
          adStatus: paused ? 'paused' : 'active',
        }
    }
  }
}

/** A campaign and its ads. */
interface Group {
  told: Terms
  ads: { item: number; title: string | null; category: string | null; paused: boolean }[]
}

function drawPlan({ catalog, seed }: World, advertiser: number): Plan {
  const rng = new Rng(seed, STREAM.advertising, advertiser)
  const popularity = catalog.advertisers === 1 ? 1 : 1 - catalog.rank[advertiser] / (catalog.advertisers - 1)
  const advertises = rng.uniform() < ADVERTISES.any + ADVERTISES.popular * popularity
  const kind = rng.uniform()
  const margin = Math.min(MARGIN.most, MARGIN.median * Math.exp(MARGIN.spread * rng.normal()))
  return {
    standard: advertises && kind >= KINDS.shoppingAlone,
    shopping: advertises && kind < 1 - KINDS.standardAlone,
    margin,
    home: drawCountry(rng),
  }
}

/** One ad for each of the largest themes; it lands in the category of the theme that most of their items are in. */
function standardAds(world: World, advertiser: number, { margin, home }: Plan, own: Int32Array): Group {
  const { catalog, knobs, seed } = world
  const rng = new Rng(seed, STREAM.ads, advertiser, 0)
  const inCategory = tally(own, (item) => catalog.itemCategory[item])
  const inTheme = tally(own, (item) => Math.floor(catalog.itemCategory[item] / TRAIL_LENGTH))
  const landings = inTheme.slice(0, STANDARD_ADS).map(([theme]) => {
    const [category] = inCategory.find(([one]) => Math.floor(one / TRAIL_LENGTH) === theme)!
    return { theme, path: categoryOf(category).path }
  })
  const worth = margin * mean(own, (item) => catalog.itemPrice[item])
  const flag = landings.map(({ path }) => flagOf(path)).find((one) => one !== undefined)
  const told = drawTerms(rng, knobs, { kind: 'standard', worth, demand: catalog.share[advertiser], home, flag })
  const name = advertiserName(seed, advertiser)
  const ads = landings.map(({ theme, path }) => ({
    item: -1,
    title: `${name}: all for ${THEMES[theme].name}`,
    category: path,
    paused: rng.uniform() < AD_PAUSED,
  }))
  return { told, ads }
}

/** A campaign for each price level and policy flag among the items that get an ad. */
function shoppingAds(
  { catalog, knobs, seed }: World,
  advertiser: number,
  { margin, home }: Plan,
  own: Int32Array,
  chance: (item: number) => number,
): Group[] {
  const rng = new Rng(seed, STREAM.ads, advertiser, 1)
  const groups = new Map<string, number[]>()
  for (const item of own.filter((one) => rng.uniform() < chance(one))) {
    const level = PRICE_LEVELS.filter((price) => catalog.itemPrice[item] >= price).length
    const key = `${level} ${flagOf(categoryOf(catalog.itemCategory[item]).path) ?? ''}`
    const group = groups.get(key) ?? []
    if (group.push(item) === 1) groups.set(key, group)
  }
  return [...groups].map(([key, items]) => {
    const worth = margin * mean(items, (item) => catalog.itemPrice[item])
    const demand = items.reduce((sum, item) => sum + catalog.offsite[item], 0)
    const flag = key.split(' ')[1] || undefined
    const told = drawTerms(rng, knobs, { kind: 'shopping', worth, demand, home, flag })
    const ads = items.map((item) => ({ item, title: null, category: null, paused: rng.uniform() < AD_PAUSED }))
    return { told, ads }
  })
}

/** Probability that an item has a shopping ad where its advertiser runs them: by its ranks in popularity and price. */
function shoppingChance({ offsite, itemPrice }: Catalog): (item: number) => number {
  const popularity = ranks(offsite)
  const price = ranks(itemPrice)
  return (item) => SHOPPING.any + SHOPPING.popular * popularity[item] + SHOPPING.dear * price[item]
}

/** [n] rank of each value from 0 (the least) to 1; equal ones in order of index. */
function ranks(values: Float32Array | Float64Array): Float32Array {
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i] - values[j] || i - j)
  const rank = new Float32Array(values.length)
  order.forEach((i, at) => (rank[i] = values.length === 1 ? 1 : at / (values.length - 1)))
  return rank
}

/** The items of each advertiser, in order. */
function itemsByAdvertiser({ advertisers, items, itemAdvertiser }: Catalog): (advertiser: number) => Int32Array {
  const offsets = new Int32Array(advertisers + 1)
  for (const a of itemAdvertiser) offsets[a + 1]++
  for (let a = 0; a < advertisers; a++) offsets[a + 1] += offsets[a]
  const at = offsets.slice()
  const order = new Int32Array(items)
  itemAdvertiser.forEach((a, item) => (order[at[a]++] = item))
  return (advertiser) => order.subarray(offsets[advertiser], offsets[advertiser + 1])
}

/** How many items there are of each number, the most frequent first, equal ones in order of number. */
function tally(items: Int32Array, numberOf: (item: number) => number): [number: number, n: number][] {
  const counts = new Map<number, number>()
  for (const item of items) counts.set(numberOf(item), (counts.get(numberOf(item)) ?? 0) + 1)
  return [...counts].sort((x, y) => y[1] - x[1] || x[0] - y[0])
}

const mean = (items: ArrayLike<number>, of: (item: number) => number): number =>
  Array.from(items, of).reduce((sum, value) => sum + value, 0) / items.length
