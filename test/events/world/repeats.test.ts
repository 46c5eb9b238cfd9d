import { describe, expect, it } from 'vitest'
import { CYCLE_SPREAD, cycleDays } from '../../../src/events/world/consumables.js'
import type { EventTable } from '../../../src/events/world/event-table.js'
import type { WorldKnobs } from '../../../src/events/world/knobs.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import type { World } from '../../../src/events/world/user-state.js'
import { makeWorld, worldEvents } from '../../../src/events/world/world.js'
import { EVENT_TYPES } from '../../../src/store/event-types.js'

const DAY = 86_400
/** Frequent visits over a year, so that what is due is soon bought. */
const base: WorldKnobs = {
  ...PRESETS.tutorial,
  users: 150,
  days: 365,
  sessionsPerUser: 180,
  onsiteShare: 0,
  noise: 0,
  complements: 0,
  checkoutRate: 0.5,
}
const [CART, CHECKOUT] = ['add_to_cart', 'checkout'].map((name) => EVENT_TYPES.findIndex((type) => type === name))

/**
 * Days from every checkout of a consumable in the first 200 days to the user's next checkout of the same item; Infinity
 * where there is none.
 */
function gaps({ catalog, knobs }: World, events: EventTable): { category: number; days: number }[] {
  const next = new Map<string, number>()
  const found: { category: number; days: number }[] = []
  for (let i = events.length - 1; i >= 0; i--) {
    if (events.type[i] !== CHECKOUT) continue
    const key = `${events.user[i]} ${events.item[i]}`
    const category = catalog.itemCategory[events.item[i]]
    if (cycleDays(category) > 0 && events.time[i] < knobs.start + 200 * DAY)
      found.push({ category, days: ((next.get(key) ?? Infinity) - events.time[i]) / DAY })
    next.set(key, events.time[i])
  }
  return found
}

describe('replenishment', () => {
  /**
   * Of the purchases not followed by a chance one sooner: the share with one of the same item 0.6 to 1.8 cycles later.
   */
  const bought = (replenishment: number): { share: number; n: number; relative: number[] } => {
    const world = makeWorld({ ...base, replenishment }, 4)
    const all = gaps(world, worldEvents(world))
      .map(({ category, days }) => days / cycleDays(category))
      .filter((x) => x > 0.6)
    const relative = all.filter((x) => x < 1.8)
    return { share: relative.length / all.length, n: all.length, relative }
  }

  it('adds its own share to the purchases that come again after a cycle', () => {
    const [none, half, all] = [bought(0), bought(0.5), bought(1)]
    expect(all.n).toBeGreaterThan(300)
    // chance repeats, which are there without it too, cannot hide it: between p and p + what is there anyway
    for (const { share, p } of [
      { ...half, p: 0.5 },
      { ...all, p: 1 },
    ]) {
      expect(share).toBeGreaterThan(p * 0.9 - 0.03)
      expect(share).toBeLessThan(p + none.share * (1 - p) + 0.05)
    }
  })

  it('comes a cycle after, within its spread and the wait for the next visit', () => {
    const { relative } = bought(1)
    const log = relative.map(Math.log).sort((a, b) => a - b)
    const median = Math.exp(log[log.length >> 1])
    // visits are two days apart on average, more for quiet users: a wait of a few days in cycles of two weeks and more
    expect(median).toBeGreaterThan(1)
    expect(median).toBeLessThan(1.25)
    expect(log[Math.floor(0.1 * log.length)]).toBeGreaterThan(-2 * CYCLE_SPREAD)
  })
})

describe('complements', () => {
  it('an item in the cart is followed by a view of its complement as often as the knob says', () => {
    for (const complements of [0, 0.3, 1]) {
      const world = makeWorld({ ...base, sessionsPerUser: 20, users: 500, replenishment: 0, complements }, 4)
      const { itemCategory, complement } = world.catalog
      const events = worldEvents(world)
      let [carts, followed] = [0, 0]
      for (let i = 0; i < events.length; i++) {
        if (events.type[i] !== CART) continue
        carts++
        const after = i + 1
        if (
          after < events.length &&
          events.user[after] === events.user[i] &&
          events.type[after] === 0 &&
          itemCategory[events.item[after]] === complement[itemCategory[events.item[i]]]
        )
          followed++
      }
      expect(carts).toBeGreaterThan(1000)
      expect(Math.abs(followed / carts - complements)).toBeLessThan(
        4 * Math.sqrt((complements * (1 - complements)) / carts) + 0.005,
      )
    }
  })
})
