import type { Rng } from '../core/rng.js'
import { BID_TYPES, type AdInventory } from '../ads/inventory.js'

/** An ad that bids for a place. */
export interface Bidder {
  ad: number
  advertiser: number
  /** expected clicks and purchases of an impression that is noticed, as heavy scoring says */
  clicks: number
  actions: number
  /** what is bid for an impression that is noticed, in the currency of the data */
  value: number
}

/** An ad that got a place. */
export interface Placed {
  bidder: Bidder
  /** share of its bid that it pays when what it bids for happens: 1 would be the whole */
  share: number
  /** probability with which it was chosen for this place, given those above */
  propensity: number
}

/** What an impression that is noticed is worth to a campaign by its bid. @param multiplier of the bid, by pacing */
export function bidValue(
  { bid, bidType }: Pick<AdInventory, 'bid' | 'bidType'>,
  campaign: number,
  { clicks, actions }: Pick<Bidder, 'clicks' | 'actions'>,
  multiplier: number,
): number {
  const type = BID_TYPES[bidType[campaign]]
  const paid = bid[campaign] * multiplier
  return type === 'action' ? paid * actions : type === 'click' ? paid * clicks : paid / 1000
}

export interface AuctionRules {
  places: number
  /** least value of an impression that is noticed: below it nothing is shown */
  reserve: number
  /**
   * share of the places that are filled by chance from all who bid enough: 0 shows the best alone, and then nothing can
   * be said of what was not shown
   */
  exploration: number
}

/**
 * A generalised second-price auction (Edelman, Ostrovsky & Schwarz 2007): places go in order of value, an advertiser
 * has one, and each pays what the next in order bids, or the reserve. Who was chosen by chance pays the reserve.
 * @param rng decides which places are filled by chance, and by whom
 */
export function auction(bidders: readonly Bidder[], rules: AuctionRules, rng: Rng): Placed[] {
  const { places, reserve, exploration } = rules
  const order = bidders
    .filter(({ value }) => value >= reserve && value > 0)
    .sort((a, b) => b.value - a.value || a.ad - b.ad)
  const best = new Set<number>()
  const left = order.filter(({ advertiser }) => !best.has(advertiser) && best.add(advertiser))
  const placed: Placed[] = []
  while (placed.length < places && left.length > 0) {
    const byChance = rng.uniform() < exploration
    const drawn = rng.uniform()
    const at = byChance ? Math.floor(drawn * left.length) : 0
    const next = byChance ? reserve : Math.max(reserve, left[1]?.value ?? 0)
    const [bidder] = left.splice(at, 1)
    placed.push({
      bidder,
      share: next / bidder.value,
      propensity: (at === 0 ? 1 - exploration : 0) + exploration / (left.length + 1),
    })
  }
  return placed
}
