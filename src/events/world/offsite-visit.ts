import { favouritesIn, type UserState } from './user-state.js'
import { TRAIL_LENGTH } from './themes.js'

/** Views in a visit of each kind, lowest and number of values above it: uniform. */
const LOOK_ROUND = { least: 1, more: 2 }
const STAGE_VIEWS = { least: 2, more: 3 }
const BAG_VIEWS = { least: 4, more: 5 }
/**
 * On a project visit the present stage converts and looking round hardly does. Both hold half of the views on average
 * (1.5 + 1.5 to 3), so that the two factors average to 1 and conversionRate keeps its meaning.
 */
export const STAGE_FACTOR = 1.8
export const LOOK_ROUND_FACTOR = 0.2
/** Probability that a view goes to a favourite advertiser, where he sells in the category. */
const LOYALTY = 0.5
/** Share of the purchases that wait for the next visit. */
const POSTPONED = 0.25

/**
 * One visit to advertisers' sites: the funnel view -> add_to_cart -> checkout, and signups.
 * Noise: items by popularity. Project: back, present, ahead along the trail. Bag: the theme's categories at random.
 */
export function offsiteVisit(state: UserState, start: number): void {
  const { rng, world, project } = state
  const visit = new Visit(state, start)
  visit.checkout(state.postponed)
  state.postponed = []
  const kind = rng.uniform()
  const { noise, orderDependence } = world.knobs
  if (kind < noise) {
    for (let n = count(rng, BAG_VIEWS); n > 0; n--) visit.view(world.choice.any(rng, 'offsite', visit.time), 1)
  } else if (rng.uniform() < orderDependence) {
    for (const steps of [-1, 0, 1]) {
      const views = steps === 0 ? STAGE_VIEWS : LOOK_ROUND
      const factor = steps === 0 ? STAGE_FACTOR : LOOK_ROUND_FACTOR
      for (let n = count(rng, views); n > 0; n--) visit.viewIn(project.category(steps), factor)
    }
  } else {
    const theme = state.interests.draw()
    for (let n = count(rng, BAG_VIEWS); n > 0; n--) visit.viewIn(theme * TRAIL_LENGTH + rng.int(TRAIL_LENGTH), 1)
  }
  visit.leave()
}

/** The funnel of one visit: a clock, and what is in the cart. */
class Visit {
  time: number
  private readonly cart: number[] = []

  constructor(
    private readonly state: UserState,
    start: number,
  ) {
    this.time = start
  }

  viewIn(category: number, factor: number): void {
    const { rng, world, tier } = this.state
    const liked = favouritesIn(this.state, Math.floor(category / TRAIL_LENGTH))
    const advertiser = rng.uniform() < LOYALTY ? liked[rng.int(liked.length)] : -1
    this.view(world.choice.offsite(rng, category, tier, advertiser, this.time), factor)
  }

  view(item: number, factor: number): void {
    const { rng, world, accounts } = this.state
    const { conversionRate, signupRate } = world.knobs
    this.record(item, 'view')
    const advertiser = world.catalog.itemAdvertiser[item]
    if (rng.uniform() < signupRate && !accounts.has(advertiser)) {
      accounts.add(advertiser)
      this.pass(20, 60)
      if (this.time < world.end) this.state.events.add(this.state.user, -1, advertiser, 'signup', 'offsite', this.time)
    }
    if (rng.uniform() < conversionRate * factor) {
      this.pass(10, 60)
      this.record(item, 'add_to_cart')
      this.cart.push(item)
    }
    this.pass(15, 90)
  }

  /** Buys some of the cart now, as one basket, and puts some off to the next visit. */
  leave(): void {
    const { rng, world } = this.state
    const bought: number[] = []
    for (const item of this.cart) {
      if (rng.uniform() >= world.knobs.checkoutRate) continue
      if (rng.uniform() < POSTPONED) this.state.postponed.push(item)
      else bought.push(item)
    }
    this.checkout(bought)
  }

  /** Items bought together carry one timestamp. */
  checkout(items: readonly number[]): void {
    const { project, world } = this.state
    for (const item of items) {
      this.record(item, 'checkout')
      if (world.catalog.itemCategory[item] === project.category(0)) project.complete(this.time)
    }
    if (items.length > 0) this.pass(30, 120)
  }

  private record(item: number, type: 'view' | 'add_to_cart' | 'checkout'): void {
    const { world, events, user } = this.state
    if (this.time < world.end) events.add(user, item, world.catalog.itemAdvertiser[item], type, 'offsite', this.time)
  }

  private pass(least: number, more: number): void {
    this.time += least + this.state.rng.int(more)
  }
}

const count = (rng: UserState['rng'], { least, more }: { least: number; more: number }): number => least + rng.int(more)
