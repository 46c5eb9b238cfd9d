import { Rng } from '../../core/rng.js'
import type { WorldKnobs } from './knobs.js'
import { STREAM } from './streams.js'
import { TRAIL_LENGTH } from './themes.js'

/** Assortments shrink more slowly than popularity: items of the r-th largest advertiser ~ (share of popularity)^0.6. */
const SIZE_EXPONENT = 0.6
/** One item in five goes to the emptiest category, so that every category can be shopped. */
const FILL_EVERY = 5

export interface Assortments {
  /** [advertisers] 0 = the most popular; a random permutation, so that ids say nothing. */
  rank: Int32Array
  /** [advertisers] share of popularity, ~ (rank + 1)^-advertiserConcentration, sums to 1. */
  share: Float64Array
  /** [items] advertiser and category of every item, ordered by (category, advertiser). */
  itemAdvertiser: Int32Array
  itemCategory: Int32Array
}

/** Deals the items out: how many an advertiser sells, and in which categories (large ones sell across themes). */
export function dealItems(knobs: WorldKnobs, seed: number): Assortments {
  const { advertisers, items } = knobs
  const categories = knobs.themes * TRAIL_LENGTH
  const rng = new Rng(seed, STREAM.advertisers)
  const rank = rng.shuffle(Int32Array.from({ length: advertisers }, (_, a) => a))
  const share = normalised(Float64Array.from(rank, (r) => (r + 1) ** -knobs.advertiserConcentration))
  const sizes = assortmentSizes(rank, items, SIZE_EXPONENT * knobs.advertiserConcentration)

  const filled = new Int32Array(categories)
  const pairs = new Float64Array(items)
  let n = 0
  for (let a = 0; a < advertisers; a++) {
    const own = ownCategories(rng, sizes[a], knobs.themes)
    for (let i = 0; i < sizes[a]; i++) {
      const category = n % FILL_EVERY === 0 ? emptiest(filled) : own[rng.int(own.length)]
      filled[category]++
      pairs[n++] = category * advertisers + a
    }
  }
  pairs.sort()
  return {
    rank,
    share,
    itemAdvertiser: Int32Array.from(pairs, (pair) => pair % advertisers),
    itemCategory: Int32Array.from(pairs, (pair) => Math.floor(pair / advertisers)),
  }
}

/** At least one item each; the rest in proportion to (rank + 1)^-exponent, remainders to the largest. */
function assortmentSizes(rank: Int32Array, items: number, exponent: number): Int32Array {
  const weight = normalised(Float64Array.from(rank, (r) => (r + 1) ** -exponent))
  const spare = items - rank.length
  const sizes = Int32Array.from(weight, (w) => 1 + Math.floor(w * spare))
  const byRank = Int32Array.from(rank.keys()).sort((a, b) => rank[a] - rank[b])
  let left = items - sizes.reduce((sum, size) => sum + size, 0)
  for (let i = 0; left > 0; i = (i + 1) % byRank.length, left--) sizes[byRank[i]]++
  return sizes
}

/** About one category for four items, from as few themes as hold them: neighbours on a trail. */
function ownCategories(rng: Rng, size: number, themes: number): number[] {
  const wanted = Math.min(themes * TRAIL_LENGTH, Math.max(1, Math.ceil(size / 4)))
  const own: number[] = []
  const start = rng.int(themes)
  for (let t = 0; own.length < wanted; t++) {
    const theme = (start + t) % themes
    const first = rng.int(TRAIL_LENGTH)
    for (let i = 0; i < TRAIL_LENGTH && own.length < wanted; i++)
      own.push(theme * TRAIL_LENGTH + ((first + i) % TRAIL_LENGTH))
  }
  return own
}

function emptiest(filled: Int32Array): number {
  let best = 0
  for (let c = 1; c < filled.length; c++) if (filled[c] < filled[best]) best = c
  return best
}

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, w) => total + w, 0)
  return weights.map((w) => w / sum)
}
