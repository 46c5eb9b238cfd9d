import type { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'

/** The laws by which users respond to ads. Each knob says the effect it should have. */
export interface ExposureKnobs {
  /** probability that the ad in the first place is noticed; lower: fewer clicks, and more to be shown for each */
  notice: number
  /** each place further down is noticed so much less */
  placeDecay: number
  /** each ad of the same advertiser that the user was shown in a week makes the next be noticed so much less */
  fatigue: number
  /** probability that a noticed ad of something that is wanted with all their heart (want = 1) is clicked */
  clickRate: number
  /** probability that a click on something so wanted leads to a purchase */
  purchaseRate: number
  /** share of these purchases within the visit; the others take days */
  atOnce: number
  /** mean of those days: exponential */
  delayDays: number
  /**
   * probability that a purchase by an ad stands for the user's next own purchase in the category; higher: ads bring
   * less that would not have come anyway. The same item is always such a one.
   */
  substitution: number
}

export const EXPOSURE: ExposureKnobs = {
  notice: 0.7,
  placeDecay: 0.8,
  fatigue: 0.9,
  clickRate: 0.3,
  purchaseRate: 0.3,
  atOnce: 0.6,
  delayDays: 2,
  substitution: 0.3,
}

/** Probability that an ad is noticed. @param place from 0 @param shownBefore ads of the advertiser in a week */
export const noticeChance = (
  { notice, placeDecay, fatigue }: ExposureKnobs,
  place: number,
  shownBefore: number,
): number => notice * placeDecay ** place * fatigue ** shownBefore

/** Probability that a noticed ad is clicked. @param want 0 to 1 */
export const clickChance = ({ clickRate }: ExposureKnobs, want: number): number => clickRate * want

/** Probability that a click leads to a purchase. */
export const purchaseChance = ({ purchaseRate }: ExposureKnobs, want: number): number => purchaseRate * want

/** What came of an ad that was shown. */
export interface Response {
  noticed: boolean
  clicked: boolean
  /** they will buy, if nothing comes between */
  buys: boolean
  /** seconds from the impression to the purchase */
  delay: number
  /** uniform: whether the purchase stands for one of their own is decided with it */
  substitutes: number
}

/** Seconds from an impression to a purchase in the visit: 30 to 630. */
const SOON = { least: 30, more: 600 }

/**
 * What comes of one impression. All draws are made whatever comes out, so that two worlds with one stream differ only
 * where the chances do: who buys at some chance does at every higher one.
 */
export function respond(rng: Rng, knobs: ExposureKnobs, notice: number, want: number): Response {
  const [seen, click, buy, when, late, substitutes] = Array.from({ length: 6 }, () => rng.uniform())
  const noticed = seen < notice
  const clicked = noticed && click < clickChance(knobs, want)
  const buys = clicked && buy < purchaseChance(knobs, want)
  const soon = SOON.least + Math.floor(late * SOON.more)
  const delay = when < knobs.atOnce ? soon : soon + Math.floor(-Math.log(1 - late) * knobs.delayDays * DAY)
  return { noticed, clicked, buys, delay, substitutes }
}
