import { METRICS, estimateOf, type Groups } from './metrics.js'
import type { DayEnd } from './outcomes.js'
import { differenceOf, liftInterval } from './statistics/ratio.js'
import { alwaysValidHalfWidth, tightestMixture } from './statistics/sequential.js'

/** Conversions that each arm must have before it is looked at: of fewer the ratio is no normal variable. */
const LEAST_CONVERSIONS = 10

/** What is known by the end of a day. */
export interface Look {
  day: number
  /** lift of the first metric, with an interval that holds at all looks at once */
  lift: number
  interval: [number, number]
}

/** Looks at the first metric day by day. */
export class DailyLooks {
  private mixture: number | undefined

  constructor(private readonly days: number) {}

  /**
   * The mixture is chosen at the first look, for the interval to be tightest on the last day, of which the variance is
   * then expected to be that of today times today / days.
   * @returns undefined while there is too little to look at
   */
  at({ day, outcomes }: DayEnd, inArms: Groups): Look | undefined {
    const { control, treatment } = inArms
    const conversions = (users: Int32Array): number => users.reduce((n, user) => n + outcomes.conversions[user], 0)
    if (Math.min(conversions(control), conversions(treatment)) < LEAST_CONVERSIONS) return undefined
    const known = { covariate: inArms.covariate, everyone: Int32Array.from([...control, ...treatment]) }
    const [ofControl, ofTreatment] = [control, treatment].map((users) => estimateOf(METRICS[0], outcomes, known, users))
    const { se } = differenceOf(ofTreatment, ofControl)
    // a mean grows with the days: its error for one day falls by their square root
    this.mixture ??= tightestMixture(se * Math.sqrt(day / this.days)) / day
    const z = alwaysValidHalfWidth(se / day, this.mixture) / (se / day)
    const lift = ofTreatment.value / ofControl.value - 1
    return { day, lift, interval: liftInterval(ofTreatment, ofControl, z) ?? [-1, Infinity] }
  }
}
