import { describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { EXPOSURE, clickChance, noticeChance, purchaseChance, respond } from '../../../src/events/world/exposure.js'
import { EventTable } from '../../../src/events/world/event-table.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { liveUser } from '../../../src/events/world/user-life.js'
import type { UserState } from '../../../src/events/world/user-state.js'
import { AIMLESS, STRANGER, mostWanted, wantOf, wantsOf } from '../../../src/events/world/wants.js'
import { makeWorld } from '../../../src/events/world/world.js'

const DAY = 86_400
/** Four standard errors of a share. */
const error = (p: number, n: number): number => 4 * Math.sqrt((p * (1 - p)) / n)

describe('responses to an ad', () => {
  const n = 40_000
  const of = (notice: number, want: number) =>
    Array.from({ length: n }, (_, i) => respond(new Rng(1, i), EXPOSURE, notice, want))

  test('are as frequent as the laws say', () => {
    const want = 0.8
    const all = of(noticeChance(EXPOSURE, 2, 3), want)
    const share = (of: (one: (typeof all)[number]) => boolean, among = all): number =>
      among.filter(of).length / among.length
    const notice = 0.7 * 0.8 ** 2 * 0.9 ** 3
    expect(Math.abs(share((r) => r.noticed) - notice)).toBeLessThan(error(notice, n))
    const noticed = all.filter((r) => r.noticed)
    const click = 0.3 * want
    expect(Math.abs(share((r) => r.clicked, noticed) - click)).toBeLessThan(error(click, noticed.length))
    const clicked = all.filter((r) => r.clicked)
    const buys = 0.3 * want
    expect(Math.abs(share((r) => r.buys, clicked) - buys)).toBeLessThan(error(buys, clicked.length))
    expect(clickChance(EXPOSURE, want) * purchaseChance(EXPOSURE, want)).toBeCloseTo(click * buys, 12)
  })

  test('purchases come at once or in days, the share and the mean as the knobs say', () => {
    const delays = of(1, 1).map(({ delay }) => delay)
    const soon = delays.filter((delay) => delay < 631)
    // of those that take days 1 - exp(-630 s / 2 days) .. are within minutes, too: .4 %
    expect(Math.abs(soon.length / n - 0.6)).toBeLessThan(error(0.6, n) + 0.002)
    const late = delays.filter((delay) => delay >= 631)
    const mean = late.reduce((a, b) => a + b) / late.length / DAY
    expect(Math.abs(mean - 2)).toBeLessThan((4 * 2) / Math.sqrt(late.length) + 0.02)
  })

  test('what is not wanted is not clicked, and who responds at some chance does at every higher one', () => {
    expect(of(1, 0).some((r) => r.clicked || r.buys)).toBe(false)
    const [less, more] = [of(0.4, 0.3), of(0.5, 0.6)]
    less.forEach((r, i) => {
      if (r.clicked) expect(more[i].clicked).toBe(true)
      if (r.buys) expect(more[i].buys).toBe(true)
      expect(more[i].delay).toBe(r.delay)
    })
  })
})

describe('wants', () => {
  const knobs = { ...PRESETS.tiny, users: 40 }
  const arrive = (changed: Partial<typeof knobs>, user = 0): { state: UserState; time: number } => {
    const world = makeWorld({ ...knobs, ...changed }, 1)
    const time = world.end - DAY
    for (; ; user++) {
      const state = liveUser(world, user, new EventTable(), time)
      if (state) return { state, time }
    }
  }

  test('of a user on a project: the present stage by price and advertiser, as the closed form says', () => {
    const { state, time } = arrive({ noise: 0, orderDependence: 1 })
    const wants = wantsOf(state, time)
    const { catalog } = state.world
    const stage = state.project.category(0)
    const liked = wants.liked(state.project.theme)
    // 2 to 4 views of the stage, each at 1.8
    const need = 3 * 1.8
    for (let item = catalog.categoryStart[stage]; item < catalog.categoryStart[stage + 1]; item++) {
      const kernel = [1, 0.2, 0.04][Math.abs(state.who.tier - catalog.itemTier[item])]
      const a = need * kernel * (liked.includes(catalog.itemAdvertiser[item]) ? 1 : STRANGER)
      expect(wantOf(state.world, wants, item)).toBeCloseTo(a / (1 + a), 5)
    }
    const elsewhere = Array.from({ length: catalog.items }, (_, i) => i).filter(
      (i) => ![-1, 0, 1].some((steps) => state.project.category(steps) === catalog.itemCategory[i]),
    )
    expect(elsewhere.every((item) => wantOf(state.world, wants, item) === 0)).toBe(true)
  })

  test('in a world of noise one ad is as good as any other', () => {
    const { state, time } = arrive({ noise: 1 })
    const wants = wantsOf(state, time)
    const a = AIMLESS * 6
    for (const item of [0, 17, 400, 899]) expect(wantOf(state.world, wants, item)).toBeCloseTo(a / (1 + a), 6)
  })

  test('what is wanted most of an advertiser is the best of all they sell', () => {
    const { state, time } = arrive({})
    const wants = wantsOf(state, time)
    const { catalog } = state.world
    for (let advertiser = 0; advertiser < catalog.advertisers; advertiser++) {
      const sold = Array.from({ length: catalog.items }, (_, i) => i).filter(
        (i) => catalog.itemAdvertiser[i] === advertiser && catalog.itemLaunch[i] <= time,
      )
      const best = Math.max(...sold.map((item) => wantOf(state.world, wants, item)))
      const found = mostWanted(state.world, wants, advertiser, time)
      expect(found.want).toBeCloseTo(Math.max(best, 0), 10)
      if (found.item >= 0) expect(sold).toContain(found.item)
    }
  })
})
