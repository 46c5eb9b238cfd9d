import { DAY } from '../core/time.js'
import type { AdInventory } from '../ads/inventory.js'
import type { Impression } from '../funnel/eligibility.js'

/** Days in which earlier ads of an advertiser tire. */
const FATIGUE_DAYS = 7

/** How many ads of an advertiser a user was shown that tire them at a moment. */
export function shownLately(
  { advertiser: advertiserOf }: Pick<AdInventory, 'advertiser'>,
  before: readonly Impression[],
  advertiser: number,
  time: number,
): number {
  const since = time - FATIGUE_DAYS * DAY
  return before.filter((one) => one.time > since && advertiserOf[one.ad] === advertiser).length
}
