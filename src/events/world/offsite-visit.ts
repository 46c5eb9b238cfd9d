import { DAY } from '../../core/time.js'
import { CYCLE_SPREAD, cycleDays } from './consumables.js'
import { favouritesIn, type UserState } from './user-state.js'
import { TRAIL_LENGTH } from './themes.js'

/** Views in a visit of each kind, lowest and number of values above it: uniform. */
const LOOK_ROUND = { least: 1, more: 2 }
const STAGE_VIEWS = { least: 2, more: 3 }
export const BAG_VIEWS = { least: 4, more: 5 }
/**
 * On a project visit the present stage converts and looking round hardly does. Both hold half of the views on average
 * (1.5 + 1.5 to 3), so that the two factors average to 1 and conversionRate keeps its meaning.
 */
export const LOOK_ROUND_FACTOR = 0.2
export const STAGE_FACTOR = 1.8
/**
 * Where a project visit looks, in this order: steps along the trail, how many views, and the factor on conversionRate.
 * As many views back as ahead: which way the project goes is in their order alone.
 */
export const PROJECT_VISIT = [
  { steps: -1, views: LOOK_ROUND, factor: LOOK_ROUND_FACTOR },
  { steps: 0, views: STAGE_VIEWS, factor: STAGE_FACTOR },
  { steps: 1, views: LOOK_ROUND, factor: LOOK_ROUND_FACTOR },
] as const
/** Probability that a view goes to a favourite advertiser, where they sell in the category. */
export const LOYALTY = 0.5
/** Share of the purchases that wait for the next visit. */
export const POSTPONED = 0.25

/**
 * One visit to advertisers' sites: the funnel view -> add_to_cart -> checkout, and signups. First what they came for:
 * what was put off, and what is used up. Then one of three kinds of looking round.
 * Noise: items by popularity, what is bought is bought at once and leads to nothing. Project: back, present, ahead
 * along the trail. Bag: the theme's categories at random.
 */
export function offsiteVisit(state: UserState, start: number): void {
  const { rng, world, project } = state
  const visit = new Visit(state, start)
  visit.checkout(state.postponed)
  state.postponed = []
  visit.buyAgain()
  const kind = rng.uniform()
  const { noise, orderDependence } = world.knobs
  if (kind < noise) {
    visit.aimless = true
    for (let n = count(rng, BAG_VIEWS); n > 0; n--) visit.view(world.choice.any(rng, 'offsite', visit.time), 1)
  } else if (rng.uniform() < orderDependence) {
    for (const { steps, views, factor } of PROJECT_VISIT) {
      for (let n = count(rng, views); n > 0; n--) visit.viewIn(project.category(steps), factor)
    }
  } else {
    const theme = state.interests.draw(start)
    for (let n = count(rng, BAG_VIEWS); n > 0; n--) visit.viewIn(theme * TRAIL_LENGTH + rng.int(TRAIL_LENGTH), 1)
  }
  visit.leave()
}

/**
 * What `offsiteVisit` does to interests and project, without its events: what is bought of the present stage ends it.
 * Left out: such a purchase in a visit without an aim, or by a complement of a complement.
 */
export function passOffsiteVisit(state: UserState, time: number): void {
  const { rng, world, project } = state
  const { noise, orderDependence, conversionRate, checkoutRate } = world.knobs
  const { itemCategory, head } = world.catalog
  const present = project.category(0)
  const used = state.due.filter((one) => one.time <= time)
  const buys = [...state.postponed, ...used.map(({ item }) => item)]
  let done = buys.some((item) => itemCategory[item] === present)
  state.postponed = []
  if (used.length > 0) state.due = state.due.filter((one) => one.time > time)
  if (rng.uniform() >= noise) {
    const onProject = rng.uniform() < orderDependence
    // of a bag's views those that happen to be of the present stage
    const [range, share, factor] = onProject
      ? [STAGE_VIEWS, 1, STAGE_FACTOR]
      : [BAG_VIEWS, state.interests.draw(time) === project.theme ? 1 / TRAIL_LENGTH : 0, 1]
    for (let n = count(rng, range); n > 0; n--) {
      if (rng.uniform() >= share * conversionRate * factor || rng.uniform() >= checkoutRate) continue
      // any item stands for all of its category
      if (rng.uniform() < POSTPONED) state.postponed.push(head[present])
      else done = true
    }
  }
  if (done) project.complete(time)
}

/**
 * What a visit is expected to look at: all expectations are of views; `weighted` ones count conversionRate's factor.
 */
export interface ExpectedViews {
  /** by category, complements left out */
  views: Float64Array
  weighted: Float64Array
  /** by popularity alone */
  any: number
}

/**
 * Adds the views that `offsiteVisit` makes in expectation, in closed form given the state in which they arrive: over
 * the kind of the visit, the theme of a bag, its categories, and the number of views.
 * @param share probability of the visit
 */
export function expectVisit(state: UserState, time: number, share: number, out: ExpectedViews): void {
  const { interests, project, world } = state
  const { noise, orderDependence } = world.knobs
  out.any += share * noise * mean(BAG_VIEWS)
  const onProject = share * (1 - noise) * orderDependence
  for (const { steps, views, factor } of PROJECT_VISIT) {
    const category = project.category(steps)
    out.views[category] += onProject * mean(views)
    out.weighted[category] += onProject * mean(views) * factor
  }
  const ofBag = (share * (1 - noise) * (1 - orderDependence) * mean(BAG_VIEWS)) / TRAIL_LENGTH
  if (ofBag === 0) return
  for (let i = 0; i < interests.themes.length; i++) {
    const each = ofBag * interests.probability(i, time)
    const first = interests.themes[i] * TRAIL_LENGTH
    for (let c = first; c < first + TRAIL_LENGTH; c++) {
      out.views[c] += each
      out.weighted[c] += each
    }
  }
}

/** The funnel of one visit: a clock, and what is in the cart. */
class Visit {
  time: number
  /** nothing that is taken now says anything of later: no complement, no purchase put off, no reorder */
  aimless = false
  private readonly cart: number[] = []

  constructor(
    private readonly state: UserState,
    start: number,
  ) {
    this.time = start
  }

  viewIn(category: number, factor: number): void {
    const { rng, world, who } = this.state
    const liked = favouritesIn(this.state, Math.floor(category / TRAIL_LENGTH))
    const advertiser = rng.uniform() < LOYALTY ? liked[rng.int(liked.length)] : -1
    this.view(world.choice.offsite(rng, category, who.tier, advertiser, this.time), factor)
  }

  view(item: number, factor: number): void {
    const { rng, world, accounts } = this.state
    const { conversionRate, signupRate, complements } = world.knobs
    this.record(item, 'view')
    const { itemAdvertiser, itemCategory, complement } = world.catalog
    const advertiser = itemAdvertiser[item]
    if (rng.uniform() < signupRate && !accounts.has(advertiser)) {
      accounts.add(advertiser)
      this.pass(20, 60)
      if (this.time < world.end) this.state.events.add(this.state.user, -1, advertiser, 'signup', 'offsite', this.time)
    }
    const taken = rng.uniform() < conversionRate * factor
    if (taken) {
      this.pass(10, 60)
      this.record(item, 'add_to_cart')
      this.cart.push(item)
    }
    this.pass(15, 90)
    const other = complement[itemCategory[item]]
    if (taken && !this.aimless && other >= 0 && rng.uniform() < complements) this.viewIn(other, 1)
  }

  /** What is used up by now is bought again, the same item. */
  buyAgain(): void {
    const { state } = this
    const used = state.due.filter(({ time }) => time <= this.time)
    if (used.length === 0) return
    state.due = state.due.filter(({ time }) => time > this.time)
    for (const { item } of used) {
      this.record(item, 'view')
      this.pass(10, 60)
      this.record(item, 'add_to_cart')
      this.pass(10, 30)
    }
    this.checkout(used.map(({ item }) => item))
  }

  /** Buys some of the cart now, as one basket, and puts some off to the next visit. */
  leave(): void {
    const { rng, world } = this.state
    const bought: number[] = []
    for (const item of this.cart) {
      if (rng.uniform() >= world.knobs.checkoutRate) continue
      if (!this.aimless && rng.uniform() < POSTPONED) this.state.postponed.push(item)
      else bought.push(item)
    }
    this.checkout(bought)
  }

  /** Items bought together carry one timestamp. */
  checkout(items: readonly number[]): void {
    const { project, world, rng, due } = this.state
    for (const item of items) {
      this.record(item, 'checkout')
      const category = world.catalog.itemCategory[item]
      if (category === project.category(0)) project.complete(this.time)
      const cycle = cycleDays(category)
      if (!this.aimless && cycle > 0 && rng.uniform() < world.knobs.replenishment)
        due.push({ item, time: this.time + cycle * DAY * Math.exp(CYCLE_SPREAD * rng.normal()) })
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

export interface Range {
  readonly least: number
  readonly more: number
}
const count = (rng: UserState['rng'], { least, more }: Range): number => least + rng.int(more)
const mean = ({ least, more }: Range): number => least + (more - 1) / 2
