import type { Rng } from '../../core/rng.js'
import { TIERS, type Catalog } from './catalog.js'

/** Weight of an item for a user whose price tier is 0, 1 or 2 bands away. */
export const TIER_KERNEL = [1, 0.2, 0.04] as const
/** Draws before a choice among items that are not on the market yet gives up. */
const ATTEMPTS = 8

/**
 * Which item: every choice of the world is a draw from a contiguous range of items in proportion to a weight, so that
 * its probability has a closed form. Prefix sums make a draw O(log n).
 */
export class ItemChoice {
  /** [TIERS] prefix sums [items + 1] of offsite popularity times the tier kernel */
  private readonly byTier: Float64Array[]
  private readonly popular: Float64Array
  private readonly onsite: Float64Array

  constructor(private readonly catalog: Catalog) {
    const { offsite, itemTier } = catalog
    this.byTier = Array.from({ length: TIERS }, (_, tier) =>
      prefixSums(offsite.map((w, i) => w * TIER_KERNEL[Math.abs(tier - itemTier[i])])),
    )
    this.popular = prefixSums(offsite)
    this.onsite = prefixSums(catalog.onsite)
  }

  /** An item of category c, for a user of this price tier; from this advertiser where they sell there (-1 = any). */
  offsite(rng: Rng, c: number, tier: number, advertiser: number, time: number): number {
    const { categoryStart } = this.catalog
    if (advertiser >= 0) {
      const [from, to] = this.assortment(c, advertiser)
      const item = this.launched(rng, this.byTier[tier], from, to, time)
      if (item >= 0) return item
    }
    const item = this.launched(rng, this.byTier[tier], categoryStart[c], categoryStart[c + 1], time)
    return item >= 0 ? item : this.catalog.head[c]
  }

  /** An item of category c as seen on the platform. */
  engaged(rng: Rng, c: number, time: number): number {
    const { categoryStart } = this.catalog
    const item = this.launched(rng, this.onsite, categoryStart[c], categoryStart[c + 1], time)
    return item >= 0 ? item : this.catalog.head[c]
  }

  /** An item by popularity alone. */
  any(rng: Rng, domain: 'offsite' | 'onsite', time: number): number {
    const item = this.launched(rng, domain === 'offsite' ? this.popular : this.onsite, 0, this.catalog.items, time)
    return item >= 0 ? item : this.catalog.head[rng.int(this.catalog.categories)]
  }

  /** An item of [from, to) for a user of this price tier, on the market or not. */
  suited(rng: Rng, from: number, to: number, tier: number): number {
    return drawIn(rng, this.byTier[tier], from, to)
  }

  /** Items [from, to) of one advertiser in category c; from = to where they sell none. */
  assortment(c: number, advertiser: number): [from: number, to: number] {
    const { categoryStart, itemAdvertiser } = this.catalog
    const from = lowerBound(itemAdvertiser, advertiser, categoryStart[c], categoryStart[c + 1])
    return [from, lowerBound(itemAdvertiser, advertiser + 1, from, categoryStart[c + 1])]
  }

  /** Probability that a choice finds an item on the market, where those on the market have this share of the weight. */
  finds(share: number): number {
    return 1 - (1 - share) ** ATTEMPTS
  }

  private launched(rng: Rng, sums: Float64Array, from: number, to: number, time: number): number {
    if (from === to) return -1
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const item = drawIn(rng, sums, from, to)
      if (this.catalog.itemLaunch[item] <= time) return item
    }
    return -1
  }
}

/** [0, w0, w0 + w1, ...] */
export function prefixSums(weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(weights.length + 1)
  for (let i = 0; i < weights.length; i++) sums[i + 1] = sums[i] + weights[i]
  return sums
}

/** Index in [from, to) with probability in proportion to its weight. */
export function drawIn(rng: Rng, sums: Float64Array, from: number, to: number): number {
  const x = sums[from] + rng.uniform() * (sums[to] - sums[from])
  let lo = from
  let hi = to - 1
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (sums[mid + 1] > x) hi = mid
    else lo = mid + 1
  }
  return lo
}

function lowerBound(sorted: Int32Array, value: number, from: number, to: number): number {
  let lo = from
  let hi = to
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (sorted[mid] < value) lo = mid + 1
    else hi = mid
  }
  return lo
}
