import type { Outcomes } from './outcomes.js'
import { cuped } from './statistics/cuped.js'
import { normalQuantile, twoSided } from './statistics/normal.js'
import { holm } from './statistics/multiple.js'
import { differenceOf, liftInterval, ratioOf, type Estimate } from './statistics/ratio.js'

/** A figure of an arm: a sum over users by another one. */
export interface Metric {
  name: string
  /** one line */
  about: string
  numerator: (of: Outcomes) => ArrayLike<number>
  /** absent: users */
  denominator?: (of: Outcomes) => ArrayLike<number>
  /** a guard rail: what must not get worse, or is not to be moved at all */
  guard?: boolean
  /** a fall is good */
  lower?: boolean
}

const indicator = (values: Float64Array): Float64Array => values.map((value) => (value > 0 ? 1 : 0))

/** What is looked at, named before anything is seen; the first decides. */
export const METRICS: readonly Metric[] = [
  { name: 'conversions', about: 'purchases after a click on an ad, a user', numerator: (o) => o.conversions },
  {
    name: 'incremental conversions',
    about: 'of those the ones that would not have come without ads, a user',
    numerator: (o) => o.incremental,
  },
  {
    name: 'CPA',
    about: 'paid by advertisers for a conversion',
    numerator: (o) => o.spend,
    denominator: (o) => o.conversions,
    lower: true,
  },
  { name: 'spend', about: "paid by advertisers, a user: the platform's revenue", numerator: (o) => o.spend },
  { name: 'clicks', about: 'clicks on ads, a user', numerator: (o) => o.clicks },
  {
    name: 'click rate',
    about: 'clicks by impressions',
    numerator: (o) => o.clicks,
    denominator: (o) => o.impressions,
    guard: true,
  },
  {
    name: 'revenue',
    about: 'paid by advertisers for a request',
    numerator: (o) => o.spend,
    denominator: (o) => o.requests,
    guard: true,
  },
  {
    name: 'advertiser value',
    about: 'margin of what ads sold, before what was paid for them, a user',
    numerator: (o) => o.value,
    guard: true,
  },
  { name: 'users converting', about: 'share of users with a conversion', numerator: (o) => indicator(o.conversions) },
  {
    name: 'advertisers seen',
    about: 'different advertisers shown to a user',
    numerator: (o) => o.advertisers,
    guard: true,
  },
  {
    name: 'all purchases',
    about: 'purchases with and without ads, a user',
    numerator: (o) => o.organic.map((own, u) => own + o.conversions[u]),
    guard: true,
  },
]

/** A metric of two arms compared. Lifts are shares of the control. */
export interface Compared {
  name: string
  control: number
  treatment: number
  lift: number
  /** at the level chosen, for this metric alone and one look at the end; absent where the control is too uncertain */
  interval?: [number, number]
  /** probability of such a difference where there is none; corrected for all metrics (Holm) */
  p: number
  found: boolean
}

/** The users of each arm, and what was known of all of them before. */
export interface Groups {
  control: Int32Array
  treatment: Int32Array
  /** [users] from before the experiment */
  covariate: Float64Array
}

export const ALPHA = 0.05

/** Compares the arms in every metric. */
export function compare(outcomes: Outcomes, groups: Groups, metrics = METRICS): Compared[] {
  const known = {
    covariate: groups.covariate,
    everyone: Int32Array.from([...groups.control, ...groups.treatment]),
  }
  const made = metrics.map((metric) => {
    const control = estimateOf(metric, outcomes, known, groups.control)
    const treatment = estimateOf(metric, outcomes, known, groups.treatment)
    const { value, se } = differenceOf(treatment, control)
    return {
      name: metric.name,
      control: control.value,
      treatment: treatment.value,
      lift: control.value === 0 ? NaN : treatment.value / control.value - 1,
      interval: notBelowNothing(liftInterval(treatment, control, normalQuantile(1 - ALPHA / 2))),
      // two arms that do not vary at all differ for certain, or not at all
      p: se > 0 || Number.isNaN(se) ? twoSided(value / se) : value === 0 ? 1 : 0,
    }
  })
  const corrected = holm(made.map(({ p }) => p))
  return made.map((one, m) => ({ ...one, p: corrected[m], found: corrected[m] <= ALPHA }))
}

/**
 * A metric of some users: a mean, adjusted by what was known of them before (CUPED), or a ratio as it is.
 * @param everyone users of all arms
 */
export function estimateOf(
  { numerator, denominator }: Metric,
  outcomes: Outcomes,
  { covariate, everyone }: { covariate: Float64Array; everyone: Int32Array },
  users: Int32Array,
): Estimate {
  if (denominator) return ratioOf(numerator(outcomes), denominator(outcomes), users)
  const values = cuped(numerator(outcomes), covariate, everyone)
  return ratioOf(values, new Float64Array(values.length).fill(1), users)
}

/** The lift of a world in which everyone is treated over one in which nobody is: what an experiment estimates. */
export function trueLift({ numerator, denominator }: Metric, all: Outcomes, none: Outcomes): number {
  const value = (outcomes: Outcomes): number =>
    sum(numerator(outcomes)) / (denominator ? sum(denominator(outcomes)) : 1)
  return value(all) / value(none) - 1
}

const sum = (values: ArrayLike<number>): number => Array.prototype.reduce.call(values, (a, b) => a + b, 0) as number

/** All figures are sums of what cannot be negative: none falls by more than all of it. */
function notBelowNothing(interval: [number, number] | undefined): [number, number] | undefined {
  return interval && [Math.max(-1, interval[0]), interval[1]]
}
