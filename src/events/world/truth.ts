import { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { prefixSums, TIER_KERNEL } from './choice.js'
import { TIERS } from './catalog.js'
import { EventTable } from './event-table.js'
import { expectVisit, LOYALTY, POSTPONED, type ExpectedViews } from './offsite-visit.js'
import { STREAM } from './streams.js'
import { TRAIL_LENGTH } from './themes.js'
import { foresee, liveUser } from './user-life.js'
import { favouritesIn, type UserState, type World } from './user-state.js'

/** Complements of complements ...: the share of views that more rounds would add is below 1e-5 at default rates. */
const ROUNDS = 4

export interface Truth {
  /** [items] expected conversions (add_to_cart and checkout) */
  conversions: Float64Array
  /** [advertisers] expected signups */
  signups: Float64Array
}

/** A way to choose within a category, and how likely it is the user's. */
export interface Taste {
  /** probability; those of all tastes sum to 1 */
  weight: number
  /** price band */
  tier: number
  /** probability that a choice which goes to a favourite of the theme goes to this advertiser */
  likes(theme: number, advertiser: number): number
}

/** An item that will be bought, if anything is known, with this probability; `time` on a reorder: when it is due. */
export interface Certain {
  item: number
  probability: number
  /** unix seconds */
  time: number
}

/** What is known, or believed, of a user at a moment. */
export interface Belief {
  /** states that they may be in, each as likely: one future is drawn of each */
  states: readonly UserState[]
  tastes: readonly Taste[]
  /** bought once, at the first visit after the moment */
  postponed: readonly Omit<Certain, 'time'>[]
  /** put into the cart and bought, at the first visit after the time */
  due: readonly Certain[]
  /** advertisers they have an account with */
  accounts: ReadonlySet<number>
}

/**
 * What a world expects users to do in (t, t + days]: the number of conversions of every item, given what is believed of
 * their state at moment t. A future is drawn of each state; each simulated visit adds the probabilities of what it may
 * convert, not what it did (Rao-Blackwell: Casella & Robert 1996), in closed form over kind of visit, category,
 * advertiser and item. So only visits, stages and changes of interest are sampled. Left out, being far below the noise
 * of a draw: reorders of what is first bought after t; assortments are taken as they are in the middle of the window.
 */
export class Expectation {
  /** [TIERS] prefix sums [items + 1] of the weights of what is on sale in the middle of the window */
  private readonly onSale: Float64Array[]
  /** the same of all items: what is drawn from until something on sale is found */
  private readonly all: Float64Array[]
  private readonly popular: Float64Array
  private readonly expected: ExpectedViews
  private readonly weights: Float64Array[]
  private readonly to: number

  constructor(
    private readonly world: World,
    private readonly t: number,
    days: number,
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

  /** @param belief nothing is expected of a user of whom there is none @param out overwritten */
  of(belief: Belief | undefined, out: Truth): void {
    out.conversions.fill(0)
    out.signups.fill(0)
    if (belief === undefined) return
    const { states, tastes } = belief
    this.simulate(states)
    const { conversionRate, checkoutRate, signupRate } = this.world.knobs
    const { weighted, views, any } = this.expected
    const carts = weighted.map((w) => w * conversionRate)
    this.withComplements(carts, views)
    // what is put off in the last visit of the window is bought after it: taken as a mean over the window's visits
    const last = mean(states, (state) => this.lastVisitShare(state))
    const bought = 1 + checkoutRate * (1 - POSTPONED * last)
    const { itemAdvertiser } = this.world.catalog
    const add = (item: number, viewed: number, taken: number): void => {
      out.conversions[item] += taken
      out.signups[itemAdvertiser[item]] += viewed * signupRate
    }
    for (let c = 0; c < carts.length; c++) {
      if (views[c] === 0) continue
      for (const taste of tastes)
        this.spread(c, taste, (item, share) => add(item, share * views[c], share * carts[c] * bought))
    }
    if (any > 0)
      this.spreadAll((item, share) => add(item, share * any, share * any * conversionRate * (1 + checkoutRate)))
    for (const advertiser of belief.accounts) out.signups[advertiser] = 0
    const comesAfter = (moment: number): number => mean(states, (state) => this.comesAfter(state, moment))
    for (const { item, probability } of belief.postponed) out.conversions[item] += probability * comesAfter(this.t)
    // put into the cart and bought
    for (const { item, probability, time } of belief.due)
      out.conversions[item] += 2 * probability * comesAfter(Math.max(time, this.t))
  }

  /** Expected views of the window, by category, into `expected`. */
  private simulate(states: readonly UserState[]): void {
    const { world, to, t, expected } = this
    expected.views.fill(0)
    expected.weighted.fill(0)
    expected.any = 0
    const share = (1 - world.knobs.onsiteShare) / states.length
    states.forEach((state, draw) => {
      const rng = new Rng(world.seed, STREAM.future, state.user, draw)
      foresee(state, t, to, rng, (now, time) => expectVisit(now, time, share, expected))
    })
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

  /** Calls `add` with every item's share of the choices in a category: ItemChoice.offsite in closed form. */
  private spread(c: number, { weight, tier, likes }: Taste, add: (item: number, share: number) => void): void {
    const { catalog, choice } = this.world
    const { categoryStart, itemLaunch, itemAdvertiser } = catalog
    const [onSale, all, weights] = [this.onSale[tier], this.all[tier], this.weights[tier]]
    const share = (from: number, to: number, n: number): void => {
      const total = onSale[to] - onSale[from]
      if (total <= 0) return
      for (let i = from; i < to; i++) if (itemLaunch[i] <= this.t) add(i, (n * weights[i]) / total)
    }
    const theme = Math.floor(c / TRAIL_LENGTH)
    const end = categoryStart[c + 1]
    let rest = weight
    for (let from = categoryStart[c], to = from; from < end; from = to) {
      while (to < end && itemAdvertiser[to] === itemAdvertiser[from]) to++
      const liked = weight * LOYALTY * likes(theme, itemAdvertiser[from])
      if (liked === 0) continue
      const found = liked * choice.finds((onSale[to] - onSale[from]) / (all[to] - all[from]))
      share(from, to, found)
      rest -= found
    }
    share(categoryStart[c], end, rest)
  }

  /** The same of choices by popularity alone. */
  private spreadAll(add: (item: number, share: number) => void): void {
    const { itemLaunch, offsite, items } = this.world.catalog
    const total = this.popular[items]
    for (let i = 0; i < items; i++) if (itemLaunch[i] <= this.t) add(i, offsite[i] / total)
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

/**
 * What a user will do in (t, t + days], as the world itself knows it at moment t. Their latent state (interests,
 * project with its direction and stage, price band, favourites, rate of visits, cart and what is being used up)
 * comes of living their life again up to t; its future is drawn `draws` times.
 */
export class WorldTruth {
  private readonly expectation: Expectation
  private readonly events = new EventTable()

  constructor(
    private readonly world: World,
    private readonly t: number,
    days: number,
    private readonly draws: number,
  ) {
    this.expectation = new Expectation(world, t, days)
  }

  /** Adds nothing for a user who has not come by t. @param out overwritten */
  of(user: number, out: Truth): void {
    this.events.length = 0
    const state = liveUser(this.world, user, this.events, this.t)
    this.expectation.of(state && certaintyOf(state, this.draws), out)
  }
}

const certaintyOf = (state: UserState, draws: number): Belief => ({
  states: Array.from({ length: draws }, () => state),
  tastes: [tasteOf(state)],
  postponed: state.postponed.map((item) => ({ item, probability: 1 })),
  due: state.due.map((one) => ({ ...one, probability: 1 })),
  accounts: state.accounts,
})

function tasteOf(state: UserState): Taste {
  return {
    weight: 1,
    tier: state.who.tier,
    likes: (theme, advertiser) => {
      const liked = favouritesIn(state, theme)
      return liked.reduce((n, one) => n + (one === advertiser ? 1 : 0), 0) / liked.length
    },
  }
}

const mean = <T>(of: readonly T[], value: (one: T) => number): number =>
  of.reduce((sum, one) => sum + value(one), 0) / of.length
