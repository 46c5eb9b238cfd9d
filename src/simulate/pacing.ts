import { PACINGS, type AdInventory } from '../ads/inventory.js'

/** Weights of the error, of its sum and of its change in the logarithm of the bid multiplier. */
const PID = { proportional: 1, integral: 0.2, derivative: 0.3 } as const
/** A bid is shaded to so much of it at most; below that a campaign is left out of auctions. */
const LEAST = 0.3
/** A campaign that is ahead of its plan takes part in so much fewer auctions, one behind in so many more. */
const STEP = 0.9
const RAREST = 0.05
/** The integral is kept within this, so that a long day does not outweigh an hour. */
const WOUND_UP = 3

/** What became of the money of the campaigns that have a budget. */
export interface BudgetState {
  /** of the days so far, and what was spent of it */
  money: number
  spent: number
  /** campaigns with a budget, and those of them that have nothing left */
  campaigns: number
  out: number
}

/** How fast campaigns spend: what they spent today, by how much bids are shaded, and how often they take part. */
export class Pacer {
  /** [campaigns] of the day's budget; below 0: so much was left from the days before */
  readonly spent: Float64Array
  private days = 0
  private readonly multipliers: Float64Array
  private readonly participation: Float64Array
  private readonly sum: Float64Array
  private readonly last: Float64Array

  constructor(private readonly ads: Pick<AdInventory, 'campaigns' | 'dailyBudget' | 'pacing'>) {
    this.spent = new Float64Array(ads.campaigns)
    this.multipliers = new Float64Array(ads.campaigns).fill(1)
    this.participation = new Float64Array(ads.campaigns).fill(1)
    this.sum = new Float64Array(ads.campaigns)
    this.last = new Float64Array(ads.campaigns)
  }

  /**
   * A new day: it has a budget more. What was left of those before stays with the campaign, and what was overspent, as
   * by a purchase that cost more than the day had, is owed.
   */
  begin(): void {
    const { campaigns, dailyBudget } = this.ads
    if (this.days++ > 0)
      for (let c = 0; c < campaigns; c++)
        this.spent[c] = dailyBudget[c] === Infinity ? 0 : this.spent[c] - dailyBudget[c]
    this.sum.fill(0)
    this.last.fill(0)
  }

  /** What was spent of all days so far. */
  get budgets(): BudgetState {
    const { campaigns, dailyBudget } = this.ads
    const state: BudgetState = { money: 0, spent: 0, campaigns: 0, out: 0 }
    for (let c = 0; c < campaigns; c++) {
      if (dailyBudget[c] === Infinity) continue
      state.campaigns++
      state.money += dailyBudget[c] * this.days
      state.spent += this.spent[c] + dailyBudget[c] * (this.days - 1)
      if (this.spent[c] >= dailyBudget[c]) state.out++
    }
    return state
  }

  /** Of a campaign's bid so much is bid, 0.3 to 1. */
  multiplier(campaign: number): number {
    return this.multipliers[campaign]
  }

  /** Whether a campaign takes part in an auction. @param u uniform */
  takesPart(campaign: number, u: number): boolean {
    return u < this.participation[campaign]
  }

  charge(campaign: number, amount: number): void {
    this.spent[campaign] += amount
  }

  /**
   * Holds what was spent against the plan, for campaigns that spend evenly: a PID controller on the logarithm of the
   * bid (Zhang et al. 2016), and probabilistic throttling in steps of a tenth (Agarwal et al. 2014).
   * @param share of the day's requests that is over
   */
  control(share: number): void {
    const { campaigns, dailyBudget, pacing } = this.ads
    for (let c = 0; c < campaigns; c++) {
      if (dailyBudget[c] === Infinity || PACINGS[pacing[c]] !== 'even') continue
      const error = share - this.spent[c] / dailyBudget[c]
      this.sum[c] = Math.max(-WOUND_UP, Math.min(WOUND_UP, this.sum[c] + error))
      const change = error - this.last[c]
      this.last[c] = error
      const log = PID.proportional * error + PID.integral * this.sum[c] + PID.derivative * change
      this.multipliers[c] = Math.min(1, Math.max(LEAST, Math.exp(log)))
      const step = error < 0 ? STEP : 1 / STEP
      this.participation[c] = Math.min(1, Math.max(RAREST, this.participation[c] * step))
    }
  }
}
