import { beforeAll, describe, expect, test } from 'vitest'
import type { RequestContext } from '../../src/features/context.js'
import { DOMAINS, EVENT_TYPES, categoriesOf } from '../../src/features/snapshot.js'
import { VectorHybrid } from '../../src/retrieve/vector-hybrid.js'
import type { Arm, Assignment } from '../../src/simulate/arms.js'
import { live } from '../../src/simulate/live.js'
import type { Setting } from '../../src/simulate/setting.js'
import { METRICS, compare, trueLift } from '../../src/simulate/metrics.js'
import { COLUMNS, STAGES, type Outcomes, type Choice, type DayEnd } from '../../src/simulate/outcomes.js'
import { judge } from '../../src/simulate/off-policy-study.js'
import { armOf } from '../../src/simulate/assignment.js'
import { sidesOf } from '../../src/simulate/sides.js'
import { LAWS, arm, lived, tinySetting } from './tiny-setting.js'

const DAYS = 4
const [conversions] = METRICS
const sum = (values: ArrayLike<number>): number => Array.prototype.reduce.call(values, (a, b) => a + b, 0) as number
const others = ['item-model', 'own-repeats', 'nearest-users', 'co-visitation', 'category-affinity']
const arms: readonly Arm[] = [arm('control', { without: others }), arm('treatment')]
const everyone = (of: readonly Arm[], index: number, users: number): Assignment => ({
  arms: of,
  armOf: new Uint8Array(users).fill(index),
  budgets: 'shared',
})
const halves = (users: number): Uint8Array =>
  Uint8Array.from({ length: users }, (_, user) => armOf('halves', `u${user}`, [0.5, 0.5]))
const outcomesOf = ({ outcomes }: DayEnd): Outcomes => outcomes

describe('a world that is lived', () => {
  let setting: Setting
  let users: number
  let none: DayEnd
  let all: DayEnd
  beforeAll(async () => {
    setting = await tinySetting({}, DAYS)
    users = setting.snapshot.users
    none = await lived(setting, everyone(arms, 0, users), DAYS)
    all = await lived(setting, everyone(arms, 1, users), DAYS)
  }, 120_000)

  test('is the same whenever it is lived', async () => {
    const again = await lived(setting, everyone(arms, 1, users), DAYS)
    for (const name of COLUMNS) expect(again.outcomes[name]).toEqual(all.outcomes[name])
    expect(again.shown).toEqual(all.shown)
  })

  test('asks for ads at every visit, the same in both worlds', () => {
    expect(sum(none.outcomes.requests)).toBe(setting.life.visits.length)
    expect(all.outcomes.requests).toEqual(none.outcomes.requests)
    expect(sum(all.outcomes.requests)).toBeGreaterThan(500)
  })

  test('takes vectors into the context of visits to the platform, in the arm that is to', async () => {
    const { life, parts, start } = setting
    const asked: RequestContext[] = []
    const items = new VectorHybrid('item', parts.items.parts, {
      encodeUsers: async (queries) => {
        const vectors = await parts.items.userVectors(queries)
        return Float32Array.from(vectors.flatMap((vector) => [...vector]))
      },
      inContext: async (vectors, contexts) => {
        asked.push(contexts[0]!)
        return vectors
      },
      temperatures: async () => ({ alone: 0.1, inContext: 0.05 }),
    })
    const within = { ...setting, parts: { ...parts, items } }
    const sides = [arm('control'), arm('treatment', { context: true })]
    await lived(within, everyone(sides, 0, users), DAYS)
    expect(asked).toEqual([])
    await lived(within, everyone(sides, 1, users), DAYS)
    // every visit begins with an event: those of visits to the platform, by hand
    const begins = life.visits
      .filter(({ time }) => time < start + DAYS * 86_400)
      .flatMap(({ user, time }) => {
        const { time: times, domain, item, type } = life.own[user]
        const e = times.indexOf(time)
        return DOMAINS[domain[e]] === 'onsite'
          ? [{ item: item[e], search: EVENT_TYPES[type[e]] === 'search', time }]
          : []
      })
    expect(begins.filter(({ search }) => search).length).toBeGreaterThan(10)
    expect(asked).toEqual(
      begins.map(({ item, search, time }) =>
        search ? { categories: categoriesOf(setting.snapshot, item), time } : { item, time },
      ),
    )
  })

  test('without ads users buy what they buy: ads add what is incremental, to the last purchase', async () => {
    const laws = { ...LAWS, auction: { ...LAWS.auction, places: 0 } }
    const quiet = await lived({ ...setting, laws }, everyone(arms, 1, users), DAYS)
    expect(sum(quiet.outcomes.conversions)).toBe(0)
    for (const world of [none, all]) {
      const { organic, conversions: byAds, incremental } = outcomesOf(world)
      expect(sum(byAds)).toBeGreaterThan(sum(incremental))
      organic.forEach((own, user) => expect(own + byAds[user] - quiet.outcomes.organic[user]).toBe(incremental[user]))
    }
  })

  test('what is counted of users is what was shown to them', () => {
    const count = (of: (one: DayEnd['shown'][number]) => number): number => sum(all.shown.map(of))
    expect(count(() => 1)).toBe(sum(all.outcomes.impressions))
    expect(count((one) => Number(one.clicked))).toBe(sum(all.outcomes.clicks))
    expect(count((one) => Number(one.converted))).toBe(sum(all.outcomes.conversions))
    expect(count((one) => Number(one.incremental))).toBe(sum(all.outcomes.incremental))
    expect(count((one) => one.spend)).toBeCloseTo(sum(all.outcomes.spend), 6)
    expect(all.shown.every((one) => one.noticed || !one.clicked)).toBe(true)
  })

  test('finding what users want pays: more conversions where all generators find', () => {
    expect(trueLift(conversions, all.outcomes, none.outcomes)).toBeGreaterThan(0.2)
  })

  test('an ad survives a stage after the one before, and a muted generator finds nothing', () => {
    for (const { counts } of [...none.survival, ...all.survival])
      for (let s = 1; s < STAGES.length; s++) expect(counts[s]).toBeLessThanOrEqual(counts[s - 1])
    const found = (world: DayEnd, name: string): number =>
      sum(world.survival.filter(({ generator }) => generator === name).map(({ counts }) => counts[0]))
    expect(found(none, 'item-model')).toBe(0)
    expect(found(all, 'item-model')).toBeGreaterThan(0)
  })

  test('A/A: who is in which of two equal arms changes nothing, and nothing is found', async () => {
    const same = [arm('control'), arm('treatment')]
    const split = halves(users)
    const world = await lived(setting, { arms: same, armOf: split, budgets: 'shared' }, DAYS)
    for (const name of COLUMNS) expect(world.outcomes[name]).toEqual(all.outcomes[name])
    const group = (index: number): Int32Array =>
      Int32Array.from({ length: users }, (_, u) => u).filter(
        (u) => split[u] === index && world.outcomes.requests[u] > 0,
      )
    const compared = compare(world.outcomes, {
      control: group(0),
      treatment: group(1),
      covariate: new Float64Array(users),
    })
    expect(compared.filter(({ found }) => found)).toEqual([])
  })

  test('arms spend the same budgets, or each has its half of them', () => {
    const sides = (budgets: Assignment['budgets']) => sidesOf(setting, { ...everyone(arms, 0, users), budgets })
    const [a, b] = sides('shared')
    expect(a.pacer).toBe(b.pacer)
    expect(a.now.inventory.dailyBudget).toEqual(setting.inventory.dailyBudget)
    const [c, d] = sides('split')
    expect(c.pacer).not.toBe(d.pacer)
    expect(c.now.spent).toBe(c.pacer.spent)
    const both = c.now.inventory.dailyBudget.map((budget, i) => budget + d.now.inventory.dailyBudget[i])
    expect(both).toEqual(setting.inventory.dailyBudget)
  })

  test('vectors made at the request are those of now, and those of the night are not', async () => {
    const now = await lived(setting, everyone([arm('control', { vectors: 'at request' })], 0, users), 1)
    const nightly = await lived(setting, everyone([arm('control')], 0, users), 1)
    expect(now.shown.map(({ ad }) => ad)).not.toEqual(nightly.shown.map(({ ad }) => ad))
  })
})

test('noise: where users want nothing in particular no funnel finds more, to the last click', async () => {
  const laws = { ...LAWS, exposure: { ...LAWS.exposure, fatigue: 1 }, handedOn: 200 }
  const setting = await tinySetting({ noise: 1 }, DAYS, laws)
  // all have as much to show: nothing that runs out
  const open = { ...setting.inventory, dailyBudget: setting.inventory.dailyBudget.map(() => Infinity) }
  const { users } = setting.snapshot
  const worlds = [0, 1].map((index) => lived({ ...setting, inventory: open }, everyone(arms, index, users), DAYS))
  const [none, all] = await Promise.all(worlds)
  expect(sum(none.outcomes.clicks)).toBeGreaterThan(50)
  expect(all.outcomes.impressions).toEqual(none.outcomes.impressions)
  expect(all.outcomes.clicks).toEqual(none.outcomes.clicks)
  expect(all.outcomes.conversions).toEqual(none.outcomes.conversions)
}, 60_000)

test('a log with exploration judges the policy that wrote it, and not what it does not even find', async () => {
  const laws = { ...LAWS, auction: { ...LAWS.auction, exploration: 0.3 } }
  const setting = await tinySetting({}, DAYS, laws)
  const { users } = setting.snapshot
  const choices: Choice[] = []
  for await (const day of live(setting, { ...everyone(arms, 0, users), choices: true }, DAYS))
    choices.push(...day.choices)
  const [control, treatment] = [0, 1].map((a) => choices.filter(({ arm: one }) => one === a))
  expect(control.length).toBeGreaterThan(500)
  expect(control.every(({ supported }) => supported === 1)).toBe(true)
  // weights of a policy that the log covers have the mean 1
  const weights = control.map(({ target, propensity }) => target / propensity)
  const mean = sum(weights) / weights.length
  const spread = Math.sqrt(sum(weights.map((w) => (w - mean) ** 2)) / weights.length)
  expect(Math.abs(mean - 1)).toBeLessThan((4 * spread) / Math.sqrt(weights.length))
  const own = judge('control', control)
  for (const { estimator, value, interval } of own.estimates)
    if (!estimator.startsWith('clipped'))
      expect(Math.abs(value - own.truth)).toBeLessThan(2 * (interval[1] - interval[0]))
  const other = judge('treatment', treatment)
  expect(other.supported).toBeLessThan(0.9)
  const [ips] = other.estimates
  expect(ips.interval[1]).toBeLessThan(other.truth)
}, 60_000)
