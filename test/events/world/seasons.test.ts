import { describe, expect, it } from 'vitest'
import { INTEREST_WEIGHTS } from '../../../src/events/world/interests.js'
import { affinity, demographicsOf } from '../../../src/events/world/demographics.js'
import type { WorldKnobs } from '../../../src/events/world/knobs.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { seasonOf } from '../../../src/events/world/seasons.js'
import { THEMES, TRAIL_LENGTH } from '../../../src/events/world/themes.js'
import { makeWorld, worldEvents } from '../../../src/events/world/world.js'

const DAY = 86_400
/** A bag of events over a year: every offsite visit draws its theme anew. */
const year: WorldKnobs = {
  ...PRESETS.tutorial,
  users: 1500,
  days: 365,
  sessionsPerUser: 20,
  onsiteShare: 0,
  drift: 0,
  noise: 0,
  orderDependence: 0,
  complements: 0,
  replenishment: 0,
}
const garden = THEMES.findIndex(({ name }) => name === 'garden')

/** Of the views in each quarter of the year, the share that is of a theme. */
function shares(knobs: WorldKnobs, theme: number): { share: number; views: number }[] {
  const world = makeWorld(knobs, 3)
  const events = worldEvents(world)
  const quarters = Array.from({ length: 4 }, () => ({ share: 0, views: 0 }))
  for (let i = 0; i < events.length; i++) {
    if (events.type[i] !== 0) continue
    const quarter = quarters[Math.min(3, Math.floor((events.time[i] - knobs.start) / ((365 / 4) * DAY)))]
    quarter.views++
    if (Math.floor(world.catalog.itemCategory[events.item[i]] / TRAIL_LENGTH) === theme) quarter.share++
  }
  return quarters.map(({ share, views }) => ({ share: share / views, views }))
}

/** The share of a theme at a moment, over users, from the law: three interests by affinity, weighed by season. */
function expectedShare(knobs: WorldKnobs, theme: number, time: number): number {
  let sum = 0
  for (let user = 0; user < 100; user++) {
    const who = demographicsOf(3, user)
    const of = Float64Array.from({ length: knobs.themes }, (_, t) => affinity(who, t))
    const season = of.map((_, t) => seasonOf(t, time, knobs.seasonality))
    const total = of.reduce((a, b) => a + b)
    for (let a = 0; a < of.length; a++) {
      for (let b = 0; b < of.length; b++) {
        for (let c = 0; c < of.length; c++) {
          if (a === b || b === c || a === c || ![a, b, c].includes(theme)) continue
          const p = (((of[a] / total) * of[b]) / (total - of[a])) * (of[c] / (total - of[a] - of[b]))
          const weights = [a, b, c].map((t, i) => INTEREST_WEIGHTS[i] * season[t])
          sum += (p * weights[[a, b, c].indexOf(theme)]) / weights.reduce((x, y) => x + y)
        }
      }
    }
  }
  return sum / 100
}

describe('seasonality', () => {
  it('averages to 1 over a year, and peaks where it should', () => {
    const days = Array.from({ length: 1461 }, (_, i) => seasonOf(garden, i * DAY, 1))
    expect(days.reduce((a, b) => a + b) / days.length).toBeCloseTo(1, 3)
    expect(Math.max(...days.slice(0, 365))).toBeCloseTo(days[125], 3)
    expect(seasonOf(garden, 200 * DAY, 0)).toBe(1)
  })

  it.each([0, 1])('at %d, the share of the garden by quarter of the year is what its law says', (seasonality) => {
    const knobs = { ...year, seasonality }
    const got = shares(knobs, garden)
    got.forEach(({ share, views }, quarter) => {
      const months = [0.5, 1.5, 2.5].map((month) =>
        expectedShare(knobs, garden, knobs.start + ((quarter * 3 + month) * 365 * DAY) / 12),
      )
      const expected = months.reduce((a, b) => a + b) / 3
      // a user's interests stay, so that their 120 views count like few: four deviations of users / 2 draws, and 1 %
      // for
      // the 100 users of the law
      expect(Math.abs(share - expected)).toBeLessThan(
        4 * Math.sqrt((expected * (1 - expected)) / (year.users / 2)) + 0.01,
      )
      expect(views).toBeGreaterThan(25_000)
    })
    if (seasonality === 1) expect(got[1].share).toBeGreaterThan(2 * got[3].share)
  })
})

describe('demographics', () => {
  it('are correlated with interests: who views baby things is of the age and household of parents', () => {
    const world = makeWorld({ ...year, seasonality: 0, sessionsPerUser: 4 }, 3)
    const events = worldEvents(world)
    const baby = THEMES.findIndex(({ name }) => name === 'new baby')
    const viewers = new Set<number>()
    for (let i = 0; i < events.length; i++)
      if (Math.floor(world.catalog.itemCategory[events.item[i]] / TRAIL_LENGTH) === baby) viewers.add(events.user[i])
    const share = (users: number[]): number => users.filter((user) => viewers.has(user)).length / users.length
    const users = Array.from({ length: year.users }, (_, user) => user)
    const parents = users.filter((user) => demographicsOf(3, user).age === 1 && demographicsOf(3, user).household === 2)
    const retired = users.filter((user) => demographicsOf(3, user).age === 4)
    expect(parents.length).toBeGreaterThan(60)
    expect(share(parents)).toBeGreaterThan(4 * share(retired))
  })

  it('income says the price band for seven users in ten, and for a third of the others', () => {
    const users = Array.from({ length: 20_000 }, (_, user) => demographicsOf(1, user))
    const same = users.filter(({ income, tier }) => income === tier).length / users.length
    expect(Math.abs(same - (0.7 + 0.3 / 3))).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / users.length))
  })
})
