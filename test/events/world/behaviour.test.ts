import { describe, expect, it } from 'vitest'
import type { WorldKnobs } from '../../../src/events/world/knobs.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { TRAIL_LENGTH } from '../../../src/events/world/themes.js'
import { makeWorld, worldEvents } from '../../../src/events/world/world.js'
import { visitsOf } from './visits.js'

const base: WorldKnobs = {
  ...PRESETS.tutorial,
  users: 2500,
  onsiteShare: 0,
  drift: 0,
  noise: 0,
  seasonality: 0,
  complements: 0,
  replenishment: 0,
}
const themeOf = (category: number): number => Math.floor(category / TRAIL_LENGTH)
const placeOf = (category: number): number => category % TRAIL_LENGTH
/** Shortest way round the trail from a to b, -4 to 5. */
const steps = (a: number, b: number): number => {
  const d = (placeOf(b) - placeOf(a) + TRAIL_LENGTH) % TRAIL_LENGTH
  return d > TRAIL_LENGTH / 2 ? d - TRAIL_LENGTH : d
}

/** Categories of the views of every offsite visit, in order: [user, category, category, ...] */
function visitCategories(knobs: WorldKnobs): { user: number; categories: number[] }[] {
  const world = makeWorld(knobs, 5)
  const events = worldEvents(world)
  return visitsOf(events).map(({ user, rows }) => ({
    user,
    categories: rows.map((row) => world.catalog.itemCategory[events.item[row]]),
  }))
}

/** Pearson's statistic of independence for place after place within a visit: 81 degrees of freedom. */
function transitionStatistic(visits: { categories: number[] }[]): number {
  const table = new Float64Array(TRAIL_LENGTH * TRAIL_LENGTH)
  let n = 0
  for (const { categories } of visits) {
    // every second pair only, so that no view is counted in two of them
    for (let i = 1; i < categories.length; i += 2) {
      table[placeOf(categories[i - 1]) * TRAIL_LENGTH + placeOf(categories[i])]++
      n++
    }
  }
  const row = (r: number): number => table.subarray(r * TRAIL_LENGTH, (r + 1) * TRAIL_LENGTH).reduce((a, b) => a + b, 0)
  const column = (c: number): number =>
    Array.from({ length: TRAIL_LENGTH }, (_, r) => table[r * TRAIL_LENGTH + c]).reduce((a, b) => a + b, 0)
  let statistic = 0
  for (let r = 0; r < TRAIL_LENGTH; r++) {
    for (let c = 0; c < TRAIL_LENGTH; c++) {
      const expected = (row(r) * column(c)) / n
      statistic += (table[r * TRAIL_LENGTH + c] - expected) ** 2 / expected
    }
  }
  return statistic
}

/**
 * Of the moves from one visit's middle to the next one's in the same theme: how many there are, and how many go the
 * way in which the first visit looked round, from its first view to its last.
 */
function moves(visits: { user: number; categories: number[] }[]): {
  total: number
  announced: number
  forward: number
} {
  const result = { total: 0, announced: 0, forward: 0 }
  for (let i = 1; i < visits.length; i++) {
    const [before, after] = [visits[i - 1], visits[i]]
    if (before.user !== after.user) continue
    const middle = (list: number[]): number => list[list.length >> 1]
    const [first, last] = [before.categories[0], before.categories.at(-1)!]
    if (themeOf(first) !== themeOf(middle(after.categories))) continue
    const look = steps(first, last)
    const move = steps(middle(before.categories), middle(after.categories))
    if (look === 0 || move === 0 || Math.abs(look) === 5 || Math.abs(move) === 5) continue
    result.total++
    if (Math.sign(look) === Math.sign(move)) result.announced++
    if (move > 0) result.forward++
  }
  return result
}

describe('orderDependence', () => {
  // chi-square with 81 degrees of freedom: mean 81, deviation 12.7; below 81 + 4 * 12.7 but for one case in thousands
  it('0: what is viewed next is independent of what was viewed, within a visit and between visits', () => {
    const visits = visitCategories({ ...base, orderDependence: 0 })
    expect(transitionStatistic(visits)).toBeLessThan(132)
    const { total, announced } = moves(visits)
    expect(total).toBeGreaterThan(5000)
    expect(Math.abs(announced / total - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / total))
  })

  it('1: transitions are far from independent, and the order of the views in a visit tells where the next one is', () => {
    const visits = visitCategories({ ...base, orderDependence: 1 })
    expect(transitionStatistic(visits)).toBeGreaterThan(10_000)
    const { total, announced } = moves(visits)
    // not all: projects turn round, visits skip stages, and a middle view may be of a neighbouring stage
    expect(announced / total).toBeGreaterThan(0.75)
  })

  it('the present stage alone leaves open which way a project goes: both ways are equally likely', () => {
    const { total, forward } = moves(visitCategories({ ...base, orderDependence: 1 }))
    // moves of one project go together, about five of them: the deviation is that of total / 5 draws
    expect(Math.abs(forward / total - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / (total / 5)))
  })

  it('between 0 and 1 the effect is between', () => {
    const share = [0, 0.5, 1].map((orderDependence) => {
      const { total, announced } = moves(visitCategories({ ...base, orderDependence }))
      return announced / total
    })
    expect(share[1]).toBeGreaterThan(share[0] + 0.03)
    expect(share[2]).toBeGreaterThan(share[1] + 0.03)
  })
})

describe('drift', () => {
  /** Mean share of a user's views in the last third of the span that are of a theme they viewed in the first third. */
  const kept = (drift: number): number => {
    const world = makeWorld({ ...base, drift, orderDependence: 0 }, 5)
    const events = worldEvents(world)
    const third = (base.days * 86_400) / 3
    const early = new Set<number>()
    let late = 0
    let same = 0
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < events.length; i++) {
        if (events.item[i] < 0) continue
        const age = events.time[i] - base.start
        const key = events.user[i] * 100 + themeOf(world.catalog.itemCategory[events.item[i]])
        if (pass === 0 && age < third) early.add(key)
        if (
          pass === 1 &&
          age >= 2 * third &&
          [...Array(base.themes).keys()].some((t) => early.has(events.user[i] * 100 + t))
        ) {
          late++
          if (early.has(key)) same++
        }
      }
    }
    return same / late
  }

  it('makes old themes give way to new ones; 0 keeps a user to three themes', () => {
    const world = makeWorld({ ...base, drift: 0, orderDependence: 0.5 }, 5)
    const events = worldEvents(world)
    const themes = new Map<number, Set<number>>()
    for (let i = 0; i < events.length; i++) {
      if (events.item[i] < 0) continue
      if (!themes.has(events.user[i])) themes.set(events.user[i], new Set())
      themes.get(events.user[i])!.add(themeOf(world.catalog.itemCategory[events.item[i]]))
    }
    for (const set of themes.values()) expect(set.size).toBeLessThanOrEqual(3)

    const [none, some, much] = [kept(0), kept(1), kept(5)]
    expect(none).toBeGreaterThan(some + 0.05)
    expect(some).toBeGreaterThan(much + 0.1)
  })
})

describe('noise, skew and shift', () => {
  const shares = (knobs: WorldKnobs, domain: number): Float64Array => {
    const world = makeWorld(knobs, 5)
    const events = worldEvents(world)
    const counts = new Float64Array(world.catalog.items)
    let total = 0
    for (let i = 0; i < events.length; i++) {
      if (events.type[i] !== 0 || events.domain[i] !== domain) continue
      counts[events.item[i]]++
      total++
    }
    return counts.map((n) => n / total)
  }
  const correlation = (a: Float64Array, b: Float64Array): number => {
    const mean = (x: Float64Array): number => x.reduce((s, v) => s + v, 0) / x.length
    const [ma, mb] = [mean(a), mean(b)]
    let [ab, aa, bb] = [0, 0, 0]
    for (let i = 0; i < a.length; i++) {
      ab += (a[i] - ma) * (b[i] - mb)
      aa += (a[i] - ma) ** 2
      bb += (b[i] - mb) ** 2
    }
    return ab / Math.sqrt(aa * bb)
  }

  it('noise 1: which theme a user views next has nothing to do with the last one', () => {
    const visits = visitCategories({ ...base, noise: 1 })
    const share = new Float64Array(base.themes)
    let [views, pairs, same] = [0, 0, 0]
    for (const { categories } of visits) {
      categories.forEach((c) => (share[themeOf(c)]++, views++))
      for (let i = 1; i < categories.length; i += 2) {
        pairs++
        if (themeOf(categories[i]) === themeOf(categories[i - 1])) same++
      }
    }
    const expected = share.reduce((sum, n) => sum + (n / views) ** 2, 0)
    // items launch during the span, so that shares move a little; 0.01 is for that
    expect(Math.abs(same / pairs - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / pairs) + 0.01)
  })

  it.each([0, 0.8, 1.3])(
    'views of advertisers follow Zipf with exponent advertiserConcentration = %f',
    (advertiserConcentration) => {
      const knobs = { ...base, noise: 1, advertiserConcentration }
      const { catalog } = makeWorld(knobs, 5)
      const share = new Float64Array(knobs.advertisers)
      shares(knobs, 0).forEach((s, i) => (share[catalog.itemAdvertiser[i]] += s))
      // the hundred largest: enough events each; logs over their ranks by least squares
      let [sx, sy, sxx, sxy] = [0, 0, 0, 0]
      for (let r = 0; r < 100; r++) {
        const x = Math.log(r + 1)
        const y = Math.log(share[catalog.rank.indexOf(r)])
        sx += x
        sy += y
        sxx += x * x
        sxy += x * y
      }
      expect(Math.abs((100 * sxy - sx * sy) / (100 * sxx - sx * sx) + advertiserConcentration)).toBeLessThan(0.1)
    },
  )

  it('domainShift: onsite popularity is offsite popularity at 0 and unrelated to it at 1', () => {
    const at = (domainShift: number): number => {
      const knobs = { ...base, noise: 1, onsiteShare: 0.5, domainShift }
      return correlation(shares(knobs, 0), shares(knobs, 1))
    }
    expect(at(0)).toBeGreaterThan(0.95)
    expect(Math.abs(at(1))).toBeLessThan(0.1)
  })
})
