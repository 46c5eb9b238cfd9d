import { describe, expect, it } from 'vitest'
import type { EventTable } from '../../../src/events/world/event-table.js'
import type { WorldKnobs } from '../../../src/events/world/knobs.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { makeWorld, worldEvents, worldHash } from '../../../src/events/world/world.js'
import { EVENT_TYPES } from '../../../src/store/event-types.js'
import { visitsOf, type Visit } from './visits.js'

const tiny = PRESETS.tiny
const large: WorldKnobs = { ...PRESETS.tutorial, users: 3000 }
const generate = (knobs: WorldKnobs, seed = 1): EventTable => worldEvents(makeWorld(knobs, seed))
const rows = (events: EventTable, from = 0, to = events.length): number[][] =>
  Array.from({ length: to - from }, (_, i) => [
    events.user[from + i],
    events.item[from + i],
    events.advertiser[from + i],
    events.type[from + i],
    events.domain[from + i],
    events.time[from + i],
  ])

describe('determinism', () => {
  it('one seed, one world; another seed, another world', () => {
    const events = generate(tiny)
    expect(rows(generate(tiny))).toEqual(rows(events))
    expect(rows(generate(tiny, 2))).not.toEqual(rows(events))
  })

  it('a user lives the same life whoever is generated beside or before them', () => {
    const world = makeWorld(tiny, 1)
    const all = rows(worldEvents(world))
    const parts = [...rows(worldEvents(world, 200, 300)), ...rows(worldEvents(world, 0, 200))]
    const key = (row: number[]): number => row[0]
    expect(parts.sort((a, b) => key(a) - key(b))).toEqual(all)
    expect(rows(worldEvents(makeWorld({ ...tiny, users: 10 }, 1)))).toEqual(all.filter((row) => row[0] < 10))
  })

  it('a knob or a seed gives a world another name', () => {
    const names = [worldHash(tiny, 1), worldHash(tiny, 2), worldHash({ ...tiny, drift: 1 }, 1)]
    expect(new Set(names).size).toBe(3)
    expect(worldHash({ ...tiny }, 1)).toBe(names[0])
  })
})

describe('events', () => {
  const world = makeWorld(tiny, 1)
  const events = worldEvents(world)

  it('lie inside the span', () => {
    for (let i = 0; i < events.length; i++)
      expect(events.time[i] >= tiny.start && events.time[i] < world.end).toBe(true)
  })

  it('of a user are made in order of time', () => {
    for (let i = 1; i < events.length; i++)
      if (events.user[i] === events.user[i - 1]) expect(events.time[i]).toBeGreaterThanOrEqual(events.time[i - 1])
  })

  it('never show an item before its launch', () => {
    for (let i = 0; i < events.length; i++)
      if (events.item[i] >= 0) expect(world.catalog.itemLaunch[events.item[i]]).toBeLessThanOrEqual(events.time[i])
  })

  it('have the advertiser of their item; a signup has an advertiser alone, once a user', () => {
    const accounts = new Set<string>()
    for (let i = 0; i < events.length; i++) {
      if (EVENT_TYPES[events.type[i]] !== 'signup') {
        expect(events.advertiser[i]).toBe(world.catalog.itemAdvertiser[events.item[i]])
        continue
      }
      expect(events.item[i]).toBe(-1)
      const account = `${events.user[i]} ${events.advertiser[i]}`
      expect(accounts.has(account)).toBe(false)
      accounts.add(account)
    }
    expect(accounts.size).toBeGreaterThan(50)
  })

  it('put an item into the cart only after viewing it, and check out only what is in the cart', () => {
    const viewed = new Set<string>()
    const cart = new Map<string, number>()
    for (let i = 0; i < events.length; i++) {
      if (events.item[i] < 0 || events.domain[i] === 1) continue
      const key = `${events.user[i]} ${events.item[i]}`
      const type = EVENT_TYPES[events.type[i]]
      const held = cart.get(key) ?? 0
      if (type === 'view') viewed.add(key)
      if (type === 'add_to_cart') {
        expect(viewed).toContain(key)
        cart.set(key, held + 1)
      }
      if (type === 'checkout') {
        expect(held).toBeGreaterThan(0)
        cart.set(key, held - 1)
      }
    }
    expect(cart.size).toBeGreaterThan(500)
  })

  it('onsite are views, clicks and searches; a search is onsite', () => {
    for (let i = 0; i < events.length; i++)
      expect([
        'view',
        ...(events.domain[i] === 1 ? ['click', 'search'] : ['add_to_cart', 'checkout', 'signup']),
      ]).toContain(EVENT_TYPES[events.type[i]])
  })
})

describe('the funnel follows its knobs', () => {
  it.each([
    { conversionRate: 0.08, checkoutRate: 0.45, signupRate: 0.01 },
    { conversionRate: 0.02, checkoutRate: 0.9, signupRate: 0.05 },
    { conversionRate: 0.02, checkoutRate: 0.9, signupRate: 0.05, orderDependence: 0 },
    { conversionRate: 0.2, checkoutRate: 0.1, signupRate: 0, noise: 1 },
  ])('%o', (rates) => {
    // what is bought again goes to the cart in any case: see replenishment
    const knobs = { ...large, ...rates, replenishment: 0 }
    const events = generate(knobs)
    const n = (type: string, domain: number): number => {
      let sum = 0
      for (let i = 0; i < events.length; i++)
        if (EVENT_TYPES[events.type[i]] === type && events.domain[i] === domain) sum++
      return sum
    }
    const [views, carts, checkouts, signups] = ['view', 'add_to_cart', 'checkout', 'signup'].map((type) => n(type, 0))
    const within = (got: number, p: number, trials: number, slack = 0): void => {
      // five binomial deviations, doubled for draws of one visit that are not independent
      expect(Math.abs(got / trials - p)).toBeLessThan(10 * Math.sqrt((p * (1 - p)) / trials) + slack)
    }
    within(carts, knobs.conversionRate, views)
    // a purchase put off past the last visit never happens: at most the postponed quarter of those of one visit in 13
    within(checkouts, knobs.checkoutRate, carts, knobs.checkoutRate * 0.25 * 0.15)
    // an account is opened once, so repeated views of one advertiser count less
    expect(signups / views).toBeLessThanOrEqual(knobs.signupRate * 1.1)
    expect(signups / views).toBeGreaterThanOrEqual(knobs.signupRate * 0.6)
  })

  it('visits and their onsite share', () => {
    const visits = visitsOf(generate(large))
    expect(visits.length / large.users).toBeGreaterThan(0.8 * large.sessionsPerUser * 0.95)
    expect(visits.length / large.users).toBeLessThan(1.1 * large.sessionsPerUser)
    const onsite = visits.filter((visit: Visit) => visit.domain === 1).length / visits.length
    expect(onsite).toBeCloseTo(large.onsiteShare, 1)
  })
})
