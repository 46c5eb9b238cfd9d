import { describe, expect, it } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { demographicsOf } from '../../../src/events/world/demographics.js'
import { EventTable } from '../../../src/events/world/event-table.js'
import { dueTimes, HistoryBelief } from '../../../src/events/world/history-belief.js'
import { InterestPriors } from '../../../src/events/world/interest-priors.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import type { Sight } from '../../../src/events/world/sight.js'
import { StateFilter } from '../../../src/events/world/state-filter.js'
import { liveUser } from '../../../src/events/world/user-life.js'
import { favouritesIn, type UserState } from '../../../src/events/world/user-state.js'
import { makeWorld } from '../../../src/events/world/world.js'

const DAY = 86_400
const knobs = { ...PRESETS.tiny, users: 400 }
const world = makeWorld(knobs, 1)
const t = knobs.start + 90 * DAY

describe('a belief is right as often as it says', () => {
  const belief = new HistoryBelief(world, t, 128, 128)
  const events = new EventTable()
  // of every user: what was believed of the truth, and what was expected to be believed of it
  const told: Record<'band' | 'project' | 'favourite', [number, number][]> = {
    band: [],
    project: [],
    favourite: [],
  }
  for (let user = 0; user < knobs.users; user++) {
    events.length = 0
    const state = liveUser(world, user, events, t)
    if (!state) continue
    let to = 0
    while (to < events.length && events.time[to] <= t) to++
    const { states, tastes } = belief.of({ user, events, from: 0, to })!
    const squares = (shares: Iterable<number>): number => [...shares].reduce((sum, p) => sum + p * p, 0)
    const band = new Map(tastes.map(({ tier, weight }) => [tier, weight]))
    told.band.push([band.get(state.who.tier) ?? 0, squares(band.values())])
    const shareOf = (of: (one: UserState) => string): [number, number] => {
      const shares = new Map<string, number>()
      for (const one of states) shares.set(of(one), (shares.get(of(one)) ?? 0) + 1 / states.length)
      return [shares.get(of(state)) ?? 0, squares(shares.values())]
    }
    told.project.push(shareOf(({ project }) => `${project.theme} ${project.place} ${project.direction}`))
    // the first of the favourites of the first theme, under the true band
    const taste = tastes.find(({ tier }) => tier === state.who.tier)
    if (!taste) continue
    const likes = Array.from({ length: knobs.advertisers }, (_, a) => taste.likes(0, a))
    expect(likes.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    told.favourite.push([likes[favouritesIn(state, 0)[0]], squares(likes)])
  }
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length

  // where p is the truth's distribution given the history, E p(truth) = E sum p^2
  it.each(['band', 'favourite', 'project'] as const)('%s', (what) => {
    const differences = told[what].map(([believed, expected]) => believed - expected)
    const spread = Math.sqrt(mean(differences.map((d) => d * d)) / differences.length)
    // a filter of finitely many particles is a little too sure of itself
    expect(Math.abs(mean(differences))).toBeLessThan(4 * spread + 0.01)
  })

  it('and it says much: of the band and of the project', () => {
    expect(mean(told.band.map(([believed]) => believed))).toBeGreaterThan(0.8)
    // a place of 4 * 10 * 2 is one in 80 to begin with
    expect(mean(told.project.map(([believed]) => believed))).toBeGreaterThan(0.7)
  })
})

describe('the filter', () => {
  const who = demographicsOf(1, 0)
  const priors = new InterestPriors(knobs)
  const filter = (changed: Partial<typeof knobs> = {}): StateFilter =>
    new StateFilter(new Rng(7), { ...knobs, seasonality: 0, ...changed }, who, priors, 4000)
  const sight: Sight = { time: knobs.start, onProject: 0, theme: 1, ofTheme: 1, aimless: 0 }

  it('weighs interests by how often they draw what was seen', () => {
    const one = filter()
    one.see(sight)
    const states = one.states(4000)
    const first = states.filter(({ interests }) => interests.themes[0] === 1).length / 4000
    // Bayes over all lists of three of the four themes: the prior times .6, .28 or .12
    const by = [0, 0, 0]
    const mass = priors.share(who, 1)
    const rng = new Rng(3)
    for (let i = 0; i < 40_000; i++) by[priors.draw(rng, who, 1, true).indexOf(1)] += mass / 40_000
    const wanted = (by[0] * 0.6) / (by[0] * 0.6 + by[1] * 0.28 + by[2] * 0.12)
    expect(Math.abs(first - wanted)).toBeLessThan(0.04)
    expect(one.aimless).toBe(0)
  })

  it('knows a project that was seen, and that a purchase for its stage ends it', () => {
    const one = filter({ drift: 0 })
    one.see({ ...sight, ofTheme: 0, pin: { theme: 1, place: 4, direction: 1 }, onProject: 1 })
    expect(one.states(100).every(({ project }) => project.category(0) === 14 && project.direction === 1)).toBe(true)
    one.bought(14, knobs.start + 60)
    // an hour later they are at the next stage: a project that has just begun has six stages or more
    one.see({ ...sight, time: knobs.start + 3600, ofTheme: 0, aimless: 1 })
    expect(one.states(100).every(({ project }) => project.place === 5)).toBe(true)
    expect(one.aimless).toBe(1)
  })

  it('tells an aimless visit from one on the project by how likely each makes what was seen', () => {
    const one = filter({ drift: 0 })
    one.see({ ...sight, ofTheme: 0, pin: { theme: 1, place: 4, direction: 1 }, onProject: 0.3, aimless: 0.001 })
    // a new project is there with probability P(theme) / 20
    const themes = [0.6, 0.28, 0.12]
    const rng = new Rng(3)
    let drawn = 0
    for (let i = 0; i < 40_000; i++)
      drawn += (priors.share(who, 1) * themes[priors.draw(rng, who, 1, true).indexOf(1)]) / 40_000
    const wanted = 0.001 / (0.001 + (0.3 * drawn) / 20)
    expect(Math.abs(one.aimless - wanted)).toBeLessThan(0.02)
  })
})

describe('what was bought will be used up', () => {
  const sum = (seen: number): number =>
    dueTimes(3, 0, 20 * DAY, seen, 0.2).reduce((total, { probability }) => total + probability, 0)

  it('with its prior at first; less likely the longer it was not bought again', () => {
    expect(sum(0)).toBeCloseTo(0.2, 9)
    // at the median half of it is left, but for the grid: .1 / (1 - .1) where it is on the far side
    const { length } = dueTimes(3, 0, 20 * DAY, 20 * DAY, 0.2)
    expect(length).toBe(20)
    expect(sum(20 * DAY)).toBeGreaterThan(0.09)
    expect(sum(20 * DAY)).toBeLessThan(1 / 9)
    expect(sum(400 * DAY)).toBe(0)
  })

  it('after the last visit that was seen, all of it', () => {
    for (const { time } of dueTimes(3, 0, 20 * DAY, 18 * DAY, 0.2)) expect(time).toBeGreaterThan(18 * DAY)
  })
})
