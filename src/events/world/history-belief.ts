import { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { EVENT_TYPES } from '../../store/event-types.js'
import { CYCLE_SPREAD, cycleDays } from './consumables.js'
import { demographicsOf } from './demographics.js'
import { EventTable } from './event-table.js'
import { POSTPONED } from './offsite-visit.js'
import { InterestPriors } from './interest-priors.js'
import { seenVisits, type SeenEvents, type SeenVisit } from './seen-visits.js'
import { Sights } from './sight.js'
import { StateFilter } from './state-filter.js'
import { STREAM } from './streams.js'
import { TastePosterior, type Choice } from './taste-posterior.js'
import type { Belief, Certain } from './truth.js'
import type { UserState, World } from './user-state.js'
import { ACTIVITY_SPREAD, NEWCOMERS } from './visit-times.js'

/** Values of a standard normal variable that stand for all, and how likely each is. */
const NORMAL = Array.from({ length: 41 }, (_, i) => (i - 20) * 0.2)
const NORMAL_SHARE = NORMAL.map((z) => Math.exp(-(z ** 2) / 2))
const SIGNUP = EVENT_TYPES.indexOf('signup')

/** A history, and what the store knows of the user besides: all that a learner can know of them. */
export interface KnownUser {
  /** the world's number: for age, household and income, which are attributes, alone */
  user: number
  events: SeenEvents & { advertiser: ArrayLike<number> }
  /** rows of the history */
  from: number
  to: number
}

/**
 * What a history tells of a user's state, to somebody who knows the laws of the world and all of its parameters, but of
 * the user no more than their events and attributes.
 */
export class HistoryBelief {
  private readonly sights: Sights
  private readonly tastes: TastePosterior
  private readonly priors: InterestPriors
  private readonly nothing = new EventTable()

  /** @param t unix seconds @param particles of the filter @param draws states that are drawn of what is believed */
  constructor(
    private readonly world: World,
    private readonly t: number,
    private readonly particles: number,
    private readonly draws: number,
  ) {
    this.sights = new Sights(world)
    this.tastes = new TastePosterior(world, t)
    this.priors = new InterestPriors(world.knobs)
  }

  /** Undefined for a user without a history. */
  of({ user, events, from, to }: KnownUser): Belief | undefined {
    if (from === to) return undefined
    const { world, draws } = this
    const { catalog, seed, knobs } = world
    const visits = seenVisits(catalog, events, from, to)
    const rng = new Rng(seed, STREAM.belief, user)
    const who = demographicsOf(seed, user)
    const filter = new StateFilter(rng, knobs, who, this.priors, this.particles)
    const aimless = visits.map((visit) => {
      filter.see(this.sights.of(visit))
      for (const { item, time } of visit.checkouts) filter.bought(catalog.itemCategory[item], time)
      return filter.aimless
    })
    const choices = visits.flatMap((visit, v): Choice[] =>
      visit.onsite ? [] : visit.views.map((view) => ({ ...view, aimless: aimless[v] })),
    )
    const tastes = this.tastes.of(who.income, choices)
    const postponed = this.postponed(visits, aimless)
    const due = this.due(visits, aimless)
    const accounts = new Set<number>()
    for (let row = from; row < to; row++) if (events.type[row] === SIGNUP) accounts.add(events.advertiser[row])
    const rates = this.rates(visits, rng)
    // items of no consequence for the future are drawn for a user who is nobody
    const favourites = new Map<number, readonly number[]>()
    const states = filter.states(draws).map(({ interests, project }, draw): UserState => ({
      world,
      user: -1 - user,
      rng,
      who: { ...who, tier: tastes.reduce((best, taste) => (taste.weight > best.weight ? taste : best)).tier },
      rate: rates[draw],
      interests,
      project,
      postponed: postponed.filter(({ probability }) => rng.uniform() < probability).map(({ item }) => item),
      due: [],
      accounts,
      favourites,
      events: this.nothing,
    }))
    return { states, tastes, postponed, due, accounts }
  }

  /** Visits a day, so many draws: a log-normal prior and a Poisson process since they came, known or not. */
  private rates(visits: readonly SeenVisit[], rng: Rng): number[] {
    const { knobs } = this.world
    const days = (this.t - knobs.start) / DAY
    const latest = Math.min((visits[0].time - knobs.start) / DAY, knobs.days / 2)
    const mean = knobs.sessionsPerUser / knobs.days
    const rates = NORMAL.map((z) => mean * Math.exp(ACTIVITY_SPREAD * z - ACTIVITY_SPREAD ** 2 / 2))
    const weights = rates.map((rate, i) => {
      // newcomers came at any time before their first visit, in the first half of the span
      const late = (NEWCOMERS * 2 * (Math.exp(rate * latest) - 1)) / knobs.days / rate
      const log = visits.length * Math.log(rate) - rate * days
      return Math.log(NORMAL_SHARE[i]) + log + Math.log(1 - NEWCOMERS + late)
    })
    const most = Math.max(...weights)
    const cumulative = new Float64Array(rates.length)
    weights.reduce((sum, w, i) => (cumulative[i] = sum + Math.exp(w - most)), 0)
    return Array.from({ length: this.draws }, () => rates[rng.fromCumulative(cumulative)])
  }

  /** What is in the cart since the last offsite visit, and may be bought at the next. */
  private postponed(visits: readonly SeenVisit[], aimless: readonly number[]): Belief['postponed'] {
    const { checkoutRate } = this.world.knobs
    const last = visits.findLastIndex(({ onsite }) => !onsite)
    if (last < 0) return []
    const left = visits[last].views.filter(({ carted }) => carted).map(({ item }) => item)
    for (const item of visits[last].bought) {
      const at = left.indexOf(item)
      if (at >= 0) left.splice(at, 1)
    }
    const probability =
      ((1 - aimless[last]) * checkoutRate * POSTPONED) / (1 - checkoutRate * (1 - POSTPONED * (1 - aimless[last])))
    return left.map((item) => ({ item, probability }))
  }

  /** What was bought, may be used up, and was not bought again by the last offsite visit. */
  private due(visits: readonly SeenVisit[], aimless: readonly number[]): Certain[] {
    const { catalog, knobs } = this.world
    const open: { item: number; time: number; probability: number }[] = []
    let last = 0
    visits.forEach(({ onsite, time, again, checkouts }, v) => {
      if (onsite) return
      last = time
      for (const item of again) {
        const at = open.findIndex((one) => one.item === item)
        if (at >= 0) open.splice(at, 1)
      }
      for (const bought of checkouts) open.push({ ...bought, probability: (1 - aimless[v]) * knobs.replenishment })
    })
    return open.flatMap(({ item, time, probability }) => {
      const cycle = cycleDays(catalog.itemCategory[item])
      return cycle === 0 || probability === 0 ? [] : dueTimes(item, time, cycle * DAY, last, probability)
    })
  }
}

/** When an item will be used up that was bought at `time` and had not been by `seen`: a grid of moments. */
export function dueTimes(item: number, time: number, cycle: number, seen: number, probability: number): Certain[] {
  const all = NORMAL.map((z, i) => ({ time: time + cycle * Math.exp(CYCLE_SPREAD * z), share: NORMAL_SHARE[i] }))
  const sum = all.reduce((total, { share }) => total + share, 0)
  const later = all.filter(({ time: at }) => at > seen)
  // Bayes: it is not used up at all, or later
  const left = later.reduce((total, { share }) => total + share, 0) / sum
  const evidence = 1 - probability + probability * left
  return later.map(({ time: at, share }) => ({ item, time: at, probability: (probability * share) / sum / evidence }))
}
