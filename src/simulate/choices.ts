import { Rng } from '../core/rng.js'
import { clickChance, noticeChance } from '../events/world/exposure.js'
import type { Impression } from '../funnel/eligibility.js'
import type { FunnelRun } from '../funnel/funnel.js'
import { auction, type Bidder, type Placed } from './auction.js'
import { bidsOf } from './bids.js'
import { shownLately } from './fatigue.js'
import type { Visit } from './organic-life.js'
import type { Choice } from './outcomes.js'
import type { Setting } from './setting.js'
import type { Side } from './sides.js'

/**
 * What each arm would have put into the first place, beside what was put there.
 * @param before what was shown to the user before @param ask the funnel of an arm, in this request
 */
export async function choicesOf(
  setting: Setting,
  sides: readonly Side[],
  { visit, number, first, bidders, before }: Request,
  ask: (side: Side) => Promise<FunnelRun>,
): Promise<Omit<Choice, 'clicked'>[]> {
  if (!first) return []
  const { laws, inventory } = setting
  const { user, time } = visit
  const chance = (advertiser: number): number =>
    noticeChance(laws.exposure, 0, shownLately(inventory, before, advertiser, time))
  const couldBe = new Set(bidders.filter(({ value }) => value >= laws.auction.reserve).map(({ ad }) => ad))
  const choices: Omit<Choice, 'clicked'>[] = []
  for (const [arm, side] of sides.entries()) {
    const run = await ask(side)
    const own = bidsOf(setting, side, run, visit, number)
    const [best] = auction(own.bidders, { ...laws.auction, places: 1, exploration: 0 }, new Rng(number))
    if (!best) continue
    const { ad, advertiser, clicks } = best.bidder
    choices.push({
      user,
      arm,
      propensity: first.propensity,
      target: ad === first.bidder.ad ? 1 : 0,
      expected: chance(first.bidder.advertiser) * first.bidder.clicks,
      expectedOfTarget: chance(advertiser) * clicks,
      truth: chance(advertiser) * clickChance(laws.exposure, own.want.get(ad)!.want),
      supported: couldBe.has(ad) && laws.auction.exploration > 0 ? 1 : 0,
    })
  }
  return choices
}

/** A request that was answered. */
interface Request {
  visit: Visit
  /** of the visit */
  number: number
  /** what was put into the first place */
  first: Placed | undefined
  bidders: readonly Bidder[]
  before: readonly Impression[]
}
