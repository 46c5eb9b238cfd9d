import { Rng } from '../../core/rng.js'
import { prefixSums, TIER_KERNEL } from './choice.js'
import { TIERS } from './catalog.js'
import { EventTable } from './event-table.js'
import { expectVisit, LOYALTY, POSTPONED, type ExpectedViews } from './offsite-visit.js'
import { STREAM } from './streams.js'
import { TRAIL_LENGTH } from './themes.js'
import { liveOn, liveUser } from './user-life.js'
import { favouritesIn, type UserState, type World } from './user-state.js'

const DAY = 86_400
/** Complements of complements ...: the share of views that more rounds would add is below 1e-5 at default rates. */
const ROUNDS = 4

export interface Truth {
  /** [items] expected conversions (add_to_cart and checkout) */
  conversions: Float64Array
  /** [advertisers] expected signups */
  signups: Float64Array
}

/**
 * What a user will do in (t, t + days], as the world itself knows it at moment t: the expected number of conversions of
 * every item given their latent state (interests, project with its direction and stage, price band, favourites, rate of
 * visits, what is in the cart and what is being used up), which living their life again up to t gives.
 *
 * The state's future is drawn `draws` times; each simulated visit adds the probabilities of what it may convert, not
 * what it did (Rao-Blackwell: Casella & Robert 1996), in closed form over kind of visit, category, advertiser and item.
 * So only visits, stages and changes of interest are sampled. Left out, being far below the noise of a draw: reorders
 * of what is first bought after t; assortments are taken as they are in the middle of the window.
 */
export class WorldTruth {
  /** [TIERS] prefix sums [items + 1] of the weights of what is on sale in the middle of the window */
  private readonly onSale: Float64Array[]
  /** the same of all items: what is drawn from until something on sale is found */
  private readonly all: Float64Array[]
  private readonly popular: Float64Array
  private readonly expected: ExpectedViews
  private readonly events = new EventTable()
  private readonly weights: Float64Array[]
  private readonly to: number

  constructor(
    private readonly world: World,
    private readonly t: number,
    days: number,
    private readonly draws: number,
  ) {
    const { offsite, itemTier, itemLaunch, categories } = world.catalog
    this.to = Math.min(t + days * DAY, world.end - 1)
    const middle = (t + this.to) / 2
    this.weights = Array.from({ length: TIERS }, (_, tier) =>
      offsite.map((w, i) => w * TIER_KERNEL[Math.abs(tier - itemTier[i])]),
    )
    const sold = (weights: Float64Array): Float64Array =>
      prefixSums(weights.map((w, i) => (itemLaunch[i] <= middle ? w : 0)))
    this.onSale = this.weights.map(sold)
    this.all = this.weights.map(prefixSums)
    this.popular = sold(offsite)
    this.expected = { views: new Float64Array(categories), weighted: new Float64Array(categories), any: 0 }
  }

  /** Adds nothing for a user who has not come by t. @param out overwritten */
  of(user: number, out: Truth): void {
    out.conversions.fill(0)
    out.signups.fill(0)
    this.events.length = 0
    const state = liveUser(this.world, user, this.events, this.t)
    if (state === undefined) return
    this.simulate(state)
    const { conversionRate } = this.world.knobs
    const { weighted, views, any } = this.expected
    const carts = weighted.map((w) => w * conversionRate)
    this.withComplements(carts, views)
    // what is put off in the last visit of the window is bought after it: taken as a mean over the window's visits
    const bought = 1 + this.world.knobs.checkoutRate * (1 - POSTPONED * this.lastVisitShare(state))
    this.spread(
      state,
      carts.map((n) => n * bought),
      any * conversionRate * (1 + this.world.knobs.checkoutRate),
      (item, n) => (out.conversions[item] += n),
    )
    this.addCertain(state, out.conversions)
    this.addSignups(state, views, any, out.signups)
  }

  /** Expected views of the window, by category, into `expected`. */
  private simulate(state: UserState): void {
    const { world, to, t, draws, expected } = this
    expected.views.fill(0)
    expected.weighted.fill(0)
    expected.any = 0
    const share = (1 - world.knobs.onsiteShare) / draws
    for (let draw = 0; draw < draws; draw++) {
      const rng = new Rng(world.seed, STREAM.future, state.user, draw)
      liveOn(state, t, to, rng, this.events, (now, time) => expectVisit(now, time, share, expected))
    }
  }

  /** Carts of category c lead to views of its complement, those to carts, and so on. */
  private withComplements(carts: Float64Array, views: Float64Array): void {
    const { complement } = this.world.catalog
    const { complements, conversionRate } = this.world.knobs
    let last = carts.slice()
    for (let round = 0; round < ROUNDS && complements > 0; round++) {
      const more = new Float64Array(carts.length)
      last.forEach((n, c) => {
        if (complement[c] >= 0) more[complement[c]] += n * complements
      })
      more.forEach((n, c) => {
        views[c] += n
        carts[c] += n * conversionRate
      })
      last = more.map((n) => n * conversionRate)
    }
  }

  /**
   * Calls `add` with every item's share of amounts by category (and of one by popularity alone): ItemChoice.offsite in
   * closed form.
   */
  private spread(
    state: UserState,
    byCategory: Float64Array,
    any: number,
    add: (item: number, amount: number) => void,
  ): void {
    const { catalog, choice } = this.world
    const { categoryStart, itemLaunch, offsite } = catalog
    const tier = state.who.tier
    const [onSale, all, weights] = [this.onSale[tier], this.all[tier], this.weights[tier]]
    const share = (from: number, to: number, amount: number): void => {
      const total = onSale[to] - onSale[from]
      if (total <= 0) return
      for (let i = from; i < to; i++) if (itemLaunch[i] <= this.t) add(i, (amount * weights[i]) / total)
    }
    for (let c = 0; c < byCategory.length; c++) {
      const amount = byCategory[c]
      if (amount === 0) continue
      const liked = favouritesIn(state, Math.floor(c / TRAIL_LENGTH))
      let rest = amount
      for (const advertiser of liked) {
        const [from, to] = choice.assortment(c, advertiser)
        if (from === to) continue
        const found = choice.finds((onSale[to] - onSale[from]) / (all[to] - all[from]))
        const theirs = (amount * LOYALTY * found) / liked.length
        share(from, to, theirs)
        rest -= theirs
      }
      share(categoryStart[c], categoryStart[c + 1], rest)
    }
    if (any === 0) return
    const each = any / this.popular[catalog.items]
    for (let i = 0; i < catalog.items; i++) if (itemLaunch[i] <= this.t) add(i, each * offsite[i])
  }

  /** What they have put off, and what they have bought before and will have used up. */
  private addCertain(state: UserState, conversions: Float64Array): void {
    for (const item of state.postponed) conversions[item] += this.comesAfter(state, this.t)
    // put into the cart and bought
    for (const { item, time } of state.due) conversions[item] += 2 * this.comesAfter(state, Math.max(time, this.t))
  }

  private addSignups(state: UserState, views: Float64Array, any: number, signups: Float64Array): void {
    const { catalog, knobs } = this.world
    if (knobs.signupRate === 0) return
    this.spread(
      state,
      views,
      any,
      (item, amount) => (signups[catalog.itemAdvertiser[item]] += amount * knobs.signupRate),
    )
    for (const advertiser of state.accounts) signups[advertiser] = 0
  }

  /** Probability of an offsite visit in (moment, end of the window]. */
  private comesAfter(state: UserState, moment: number): number {
    return moment >= this.to
      ? 0
      : 1 - Math.exp((-state.rate * (1 - this.world.knobs.onsiteShare) * (this.to - moment)) / DAY)
  }

  /** Expected share of the window's offsite visits that are its last one. */
  private lastVisitShare(state: UserState): number {
    const expected = (state.rate * (1 - this.world.knobs.onsiteShare) * (this.to - this.t)) / DAY
    return expected === 0 ? 1 : (1 - Math.exp(-expected)) / expected
  }
}
