import { hashInt } from '../core/hash.js'
import { Rng } from '../core/rng.js'
import { clickChance, purchaseChance } from '../events/world/exposure.js'
import { STREAM } from '../events/world/streams.js'
import { mostWanted, wantOf } from '../events/world/wants.js'
import type { FunnelRun } from '../funnel/funnel.js'
import { bidValue, type Bidder } from './auction.js'
import type { Visit } from './organic-life.js'
import type { Setting } from './setting.js'
import type { Side } from './sides.js'

/** Ads that bid in one request. */
export interface Bids {
  bidders: Bidder[]
  /** by ad: how much is wanted of what it sells, and the item that would be bought */
  want: Map<number, { item: number; want: number }>
}

/** What the ads that were handed on bid, and what the user wants of each. @param number of the visit */
export function bidsOf(
  { laws, seed, stored, inventory }: Setting,
  { pacer }: Side,
  run: FunnelRun,
  { time, wants }: Visit,
  number: number,
): Bids {
  const want: Bids['want'] = new Map()
  const bidders = run.answer.ads.flatMap(({ ad }): Bidder[] => {
    const campaign = inventory.campaign[ad]
    const part = hashInt(campaign, hashInt(number, seed)) / 2 ** 32
    if (!pacer.takesPart(campaign, part)) return []
    const item = inventory.item[ad]
    const about =
      item >= 0
        ? { item, want: wantOf(stored.world, wants, item) }
        : mostWanted(stored.world, wants, inventory.advertiser[ad], time)
    want.set(ad, about)
    const noise = laws.scoringNoise
    const z = noise === 0 ? 0 : new Rng(seed, STREAM.scoring, number, ad).normal()
    const clicks = clickChance(laws.exposure, about.want) * Math.exp(noise * z - (noise * noise) / 2)
    const rates = { clicks, actions: clicks * purchaseChance(laws.exposure, about.want) }
    const value = bidValue(inventory, campaign, rates, pacer.multiplier(campaign))
    return [{ ad, advertiser: inventory.advertiser[ad], ...rates, value }]
  })
  return { bidders, want }
}
