import type { BudgetState } from './pacing.js'

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

/** The first place of a request: what was chosen by chance and how it went, and what an arm would have chosen. */
export interface Choice {
  user: number
  /** index of the arm that would have chosen, without exploration */
  arm: number
  /** with which what was shown was chosen */
  propensity: number
  /** 1: the arm would have shown the same */
  target: number
  clicked: number
  /** clicks that heavy scoring expects of what was shown, and of what the arm would have shown */
  expected: number
  expectedOfTarget: number
  /** the true chance of a click on what the arm would have shown */
  truth: number
  /** 1: what the arm would have shown had a chance of being shown */
  supported: number
}

/** What has come of a world by the end of a day; columns go on being counted in. */
export interface DayEnd {
  day: number
  outcomes: Outcomes
  survival: Survival[]
  /** milliseconds of the funnel, by arm, and its requests */
  funnelMs: number[]
  requests: number[]
  /** [arms] advertisers with a conversion */
  converting: number[]
  /** of each arm, or of both where they share */
  budgets: BudgetState[]
  /** of today */
  shown: Shown[]
  choices: Choice[]
}
