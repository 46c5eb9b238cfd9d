import { describe, expect, it } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { EventTable } from '../../../src/events/world/event-table.js'
import type { WorldKnobs } from '../../../src/events/world/knobs.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { TRAIL_LENGTH } from '../../../src/events/world/themes.js'
import { WorldTruth, type Truth } from '../../../src/events/world/truth.js'
import { normalAbove } from '../../../src/events/world/truncated-normal.js'
import { liveUser } from '../../../src/events/world/user-life.js'
import { makeWorld, worldEvents } from '../../../src/events/world/world.js'
import { EVENT_TYPES } from '../../../src/store/event-types.js'

const DAY = 86_400
const knobs: WorldKnobs = { ...PRESETS.tiny, users: 6000, complements: 0.5, conversionRate: 0.2, signupRate: 0.02 }
const world = makeWorld(knobs, 1)
const t = knobs.start + 90 * DAY
const days = 30
const codes = new Map(EVENT_TYPES.map((name, code) => [name, code]))

describe('the truth of a world', () => {
  const { items, advertisers, itemCategory, itemLaunch, itemAdvertiser } = world.catalog
  const expected = { items: new Float64Array(items), advertisers: new Float64Array(advertisers) }
  const got = { items: new Float64Array(items), advertisers: new Float64Array(advertisers), later: 0 }
  const truth = new WorldTruth(world, t, days, 4)
  const out: Truth = { conversions: new Float64Array(items), signups: new Float64Array(advertisers) }
  const events = new EventTable()
  for (let user = 0; user < knobs.users; user++) {
    // who is known by t, as an evaluation has it
    events.length = 0
    if (liveUser(world, user, events, t) === undefined) continue
    truth.of(user, out)
    out.conversions.forEach((n, i) => (expected.items[i] += n))
    out.signups.forEach((n, a) => (expected.advertisers[a] += n))
    events.length = 0
    liveUser(world, user, events)
    for (let e = 0; e < events.length; e++) {
      if (events.time[e] <= t || events.time[e] > t + days * DAY) continue
      if (events.type[e] === codes.get('signup')) got.advertisers[events.advertiser[e]]++
      if (events.type[e] !== codes.get('add_to_cart') && events.type[e] !== codes.get('checkout')) continue
      if (itemLaunch[events.item[e]] > t) got.later++
      else got.items[events.item[e]]++
    }
  }
  const sum = (values: Float64Array, of: (i: number) => boolean = () => true): number =>
    values.reduce((total, n, i) => total + (of(i) ? n : 0), 0)

  it('expects as many conversions as there are, in all and by theme', () => {
    const total = sum(got.items)
    expect(total).toBeGreaterThan(10_000)
    // carts, their checkouts and those of one project go together: deviations of total / 5 draws, and 2 % for what the
    // docstring leaves out
    expect(Math.abs(sum(expected.items) - total)).toBeLessThan(3 * Math.sqrt(total * 5) + 0.02 * total)
    for (let theme = 0; theme < knobs.themes; theme++) {
      const own = (i: number): boolean => Math.floor(itemCategory[i] / TRAIL_LENGTH) === theme
      expect(Math.abs(sum(expected.items, own) - sum(got.items, own))).toBeLessThan(
        4 * Math.sqrt(sum(got.items, own) * 5) + 0.03 * sum(got.items, own),
      )
    }
  })

  it('spreads them over advertisers and items as the choices do', () => {
    for (let rank = 0; rank < 5; rank++) {
      const advertiser = world.catalog.rank.indexOf(rank)
      const own = (i: number): boolean => itemAdvertiser[i] === advertiser
      expect(Math.abs(sum(expected.items, own) - sum(got.items, own))).toBeLessThan(
        4 * Math.sqrt(sum(got.items, own) * 5) + 0.03 * sum(got.items, own),
      )
    }
    // Pearson's statistic over items with enough: about 5 for conversions that come in fives, far more for a wrong
    // spread
    const enough = (i: number): boolean => expected.items[i] >= 20
    const n = expected.items.filter((_, i) => enough(i)).length
    expect(n).toBeGreaterThan(100)
    expect(sum(expected.items.map((e, i) => (enough(i) ? (got.items[i] - e) ** 2 / e : 0))) / n).toBeLessThan(5)
  })

  it('expects the signups', () => {
    const total = sum(got.advertisers)
    expect(total).toBeGreaterThan(300)
    // an account opened in the window is opened once: up to a tenth less than views times rate
    expect(sum(expected.advertisers)).toBeGreaterThan(total - 4 * Math.sqrt(total))
    expect(sum(expected.advertisers)).toBeLessThan(1.15 * total + 4 * Math.sqrt(total))
  })

  it('is the same whenever it is asked, and does not touch what the world does', () => {
    const before = worldEvents(world, 0, 20)
    const [first, second] = [0, 1].map(() => {
      const one: Truth = { conversions: new Float64Array(items), signups: new Float64Array(advertisers) }
      truth.of(7, one)
      return one
    })
    expect(first).toEqual(second)
    expect(worldEvents(world, 0, 20)).toEqual(before)
  })
})

describe('normalAbove', () => {
  // the mean of a normal above a is density(a) / P(above a): 0.798 at 0, 1.525 at 1, 2.373 at 2, 0.288 at -1
  it.each([
    [-1, 0.2876],
    [0, 0.7979],
    [1, 1.5251],
    [2, 2.3732],
  ])('above %f has mean %f', (least, mean) => {
    const rng = new Rng(1)
    const draws = Array.from({ length: 20_000 }, () => normalAbove(rng, least))
    const total = draws.reduce((a, b) => a + b)
    expect(draws.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(least)
    expect(Math.abs(total / 20_000 - mean)).toBeLessThan(4 * Math.sqrt(1 / 20_000))
  })
})
