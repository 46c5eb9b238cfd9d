/** What is counted of every user in an experiment, of purchases those that the days of the experiment saw. */
export const COLUMNS = [
  'requests',
  'impressions',
  'clicks',
  /** purchases after a click */
  'conversions',
  /** of those the ones that would not have come without the ad: known here, and nowhere else */
  'incremental',
  /** what advertisers paid */
  'spend',
  /** price times margin of conversions */
  'value',
  /** different advertisers shown */
  'advertisers',
  /** purchases without an ad */
  'organic',
] as const

export type Column = (typeof COLUMNS)[number]

/** [users] by column */
export type Outcomes = Record<Column, Float64Array>

export const noOutcomes = (users: number): Outcomes =>
  Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(users)])) as Outcomes

/** The way of an ad through a request. */
export const STAGES = ['found', 'kept', 'handed on', 'shown', 'clicked', 'converted'] as const

/** Ads at each stage that a generator had found. */
export interface Survival {
  arm: string
  generator: string
  /** [STAGES] */
  counts: Float64Array
}

/** Ads that were shown, a row an impression. */
export interface Shown {
  user: number
  arm: number
  ad: number
  /** unix seconds */
  time: number
  /** from 0 */
  place: number
  propensity: number
  noticed: boolean
  clicked: boolean
  converted: boolean
  incremental: boolean
  spend: number
}
