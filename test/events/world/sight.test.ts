import { describe, expect, it } from 'vitest'
import { EventTable } from '../../../src/events/world/event-table.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { seenVisits } from '../../../src/events/world/seen-visits.js'
import { Sights } from '../../../src/events/world/sight.js'
import { makeWorld } from '../../../src/events/world/world.js'
import type { EventType } from '../../../src/store/event-types.js'

const knobs = { ...PRESETS.tiny, noise: 0.1, orderDependence: 0.8, conversionRate: 0.1, checkoutRate: 0.5 }
const world = makeWorld(knobs, 1)
const { catalog } = world
const { head, complement } = catalog
const sights = new Sights(world)

/** A history of [type, category, seconds after the last event] of one user: items are the heads of categories. */
function history(...rows: [EventType, number, number][]): EventTable {
  const events = new EventTable()
  let time = knobs.start
  for (const [type, category, pause] of rows) {
    events.add(0, head[category], catalog.itemAdvertiser[head[category]], type, 'offsite', (time += pause))
  }
  return events
}
const visitsOf = (events: EventTable) => seenVisits(catalog, events, 0, events.length)
/** Probability of the head items of categories, for somebody of any price band, and by popularity alone. */
function itemsGiven(...categories: number[]): { chosen: number; popular: number } {
  const total = catalog.offsite.reduce((a, b) => a + b)
  let [chosen, popular] = [1, 1]
  for (const c of categories) {
    const own = Array.from(
      { length: catalog.categoryStart[c + 1] - catalog.categoryStart[c] },
      (_, i) => catalog.categoryStart[c] + i,
    )
    const kernel = (tier: number, i: number): number => [1, 0.2, 0.04][Math.abs(tier - catalog.itemTier[i])]
    const share = (tier: number): number =>
      (catalog.offsite[head[c]] * kernel(tier, head[c])) /
      own.reduce((sum, i) => sum + catalog.offsite[i] * kernel(tier, i), 0)
    chosen *= (share(0) + share(1) + share(2)) / 3
    popular *= catalog.offsite[head[c]] / total
  }
  return { chosen, popular }
}

describe('a history as visits', () => {
  it('parts what was put off, what is used up, what is looked at and what is bought', () => {
    const [first, second] = visitsOf(
      history(
        ['view', 3, 0],
        ['add_to_cart', 3, 20],
        ['view', complement[3], 40],
        ['checkout', 3, 60],
        // another visit: bought at once, then again what was bought before, then a look round
        ['checkout', 5, 5000],
        ['view', 3, 60],
        ['add_to_cart', 3, 20],
        ['checkout', 3, 20],
        ['view', 7, 60],
        ['add_to_cart', 7, 20],
        ['view', 8, 60],
      ),
    )
    expect(first).toMatchObject({ onsite: false, time: knobs.start, postponed: [], again: [], bought: [head[3]] })
    expect(first.views.map(({ carted, complement: follows }) => [carted, follows])).toEqual([
      [true, false],
      [false, true],
    ])
    expect(second).toMatchObject({ postponed: [head[5]], again: [head[3]], bought: [] })
    expect(second.views.map(({ category, carted }) => [category, carted])).toEqual([
      [7, true],
      [8, false],
    ])
    expect(second.checkouts.map(({ item }) => item)).toEqual([head[5], head[3]])
  })
})

describe('what a visit says', () => {
  it('a visit back, at the present and ahead: where the project is, and which way it goes', () => {
    // the trail of theme 1, backwards: 14, 13, 13, 12; the present stage is put into the cart and not bought
    const [visit] = visitsOf(
      history(['view', 14, 0], ['view', 13, 60], ['add_to_cart', 13, 20], ['view', 13, 60], ['view', 12, 60]),
    )
    const sight = sights.of(visit)
    expect(sight.pin).toEqual({ theme: 1, place: 3, direction: -1 })
    const { chosen, popular } = itemsGiven(14, 13, 13, 12)
    // no complement followed; not bought within the visit: 1 - .5 * .75
    const ordinary = 0.9 * chosen * (1 - knobs.complements) * (1 - 0.375)
    // counts: one of two, two of three, one of two; carts: .02 where they look round, .18 at the stage
    expect(sight.onProject / (ordinary * 0.8 * (1 / 12) * 0.98 * 0.18 * 0.82 * 0.98)).toBeCloseTo(1, 9)
    const carts = 0.1 * 0.9 ** 3
    expect(sight.ofTheme / (ordinary * 0.2 * (1 / 5) * 10 ** -4 * carts)).toBeCloseTo(1, 9)
    expect(sight.theme).toBe(1)
    expect(sight.aimless / (0.1 * (1 / 5) * carts * popular * 0.5)).toBeCloseTo(1, 9)
  })

  it('categories in no such order are a bag, of several themes nothing but chance', () => {
    const bag = sights.of(visitsOf(history(['view', 3, 0], ['view', 7, 60], ['view', 3, 60], ['view', 1, 60]))[0])
    expect(bag).toMatchObject({ theme: 0, onProject: 0 })
    expect(bag.ofTheme).toBeGreaterThan(0)
    const chance = sights.of(visitsOf(history(['view', 3, 0], ['view', 17, 60], ['view', 3, 60], ['view', 31, 60]))[0])
    expect(chance).toMatchObject({ theme: -1, onProject: 0, ofTheme: 0 })
    expect(chance.aimless).toBeGreaterThan(0)
  })

  it('a search says the present stage, unless it is of any category of an interest', () => {
    const events = new EventTable()
    for (const [i, c] of [21, 21, 22, 22, 21].entries())
      events.add(0, head[c], 0, i === 0 ? 'search' : 'view', 'onsite', knobs.start + 10 * i)
    const sight = sights.of(visitsOf(events)[0])
    const walk = 0.9 * 0.65 * 0.175 * 0.65 * 0.175
    expect(sight.pin).toEqual({ theme: 2, place: 1 })
    expect(sight.onProject).toBeCloseTo(walk * 0.8, 12)
    expect(sight.ofTheme).toBeCloseTo((walk * 0.2) / 10, 12)
  })
})
