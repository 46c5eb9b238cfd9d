import { describe, expect, test } from 'vitest'
import { catalogAds } from '../../src/ads/catalog-ads.js'
import { DEFAULTS } from '../../src/config/defaults.js'
import type { FunnelConfig } from '../../src/config/schema.js'
import { Rng } from '../../src/core/rng.js'
import { countryOf, readCountries } from '../../src/funnel/countries.js'
import type { AdsNow } from '../../src/funnel/eligibility.js'
import { Funnel } from '../../src/funnel/funnel.js'
import type { GeneratorType, Parts } from '../../src/funnel/generators/generator.js'
import { GENERATORS } from '../../src/funnel/generators/index.js'
import type { AdRequest } from '../../src/funnel/request.js'
import { makeTables, tablesFromArrays, tablesMetadata, tablesToArrays } from '../../src/funnel/tables.js'
import { VectorHybrid } from '../../src/retrieve/vector-hybrid.js'
import { DAY, day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const rng = new Rng(31)
const [USERS, ITEMS, ADVERTISERS] = [60, 200, 12]
const events = Array.from({ length: 3000 }, (): FixtureEvent => {
  const user = rng.int(USERS)
  // users of a group like the items of that group
  const item = rng.int(4) === 0 ? rng.int(ITEMS) : ((user % 5) * 40 + rng.int(40)) % ITEMS
  return [user, item, rng.int(100), rng.int(3) === 0 ? 'view' : 'checkout']
})
const snapshot = snapshotOf(events, {
  advertisers: Array.from({ length: ITEMS }, (_, i) => i % ADVERTISERS),
  categories: Array.from({ length: ITEMS }, (_, i) => `c${Math.floor(i / 20)}`),
})
const t = day(100)
const countries = { names: ['DE', 'FR'], ofUser: Int32Array.from({ length: USERS }, (_, u) => u % 2) }
const unit = (): number[] => {
  const v = Array.from({ length: 8 }, () => rng.normal())
  return v.map((x) => x / Math.hypot(...v))
}
const vectors = (n: number): Float32Array => Float32Array.from(Array.from({ length: n }, unit).flat())
const hybrid = (kind: 'item' | 'advertiser', entries: number): VectorHybrid =>
  new VectorHybrid(kind, {
    run: kind,
    width: 8,
    vectors: vectors(entries),
    popularity: new Float32Array(entries),
    weights: { own: 0.1, popularity: 0 },
    seed: 1,
    masked: false,
  })
const parts: Parts = {
  catalog: snapshot,
  items: hybrid('item', ITEMS),
  advertisers: hybrid('advertiser', ADVERTISERS),
  tables: makeTables(snapshot, countries, t, 30),
}
const inventory = catalogAds(snapshot)
const now: AdsNow = { inventory, spent: new Float64Array(1) }
const userVectors = { item: vectors(USERS), advertiser: vectors(USERS) }

function request(user: number, more: Partial<AdRequest> = {}): AdRequest {
  return {
    queries: {
      events: snapshot,
      users: Int32Array.of(user),
      ends: Int32Array.of(snapshot.offsets[user + 1]),
      moment: t,
      vectors: {
        item: userVectors.item.subarray(user * 8, user * 8 + 8),
        advertiser: userVectors.advertiser.subarray(user * 8, user * 8 + 8),
      },
    },
    user,
    context: { moment: t },
    k: 20,
    ...more,
  }
}
const settings = (changes: Partial<FunnelConfig> = {}): FunnelConfig => ({ ...DEFAULTS.funnel, ...changes })
const funnel = new Funnel(parts, GENERATORS, settings())

describe('the funnel', () => {
  test('hands on k ads, each once, within every rule, with all that found them', async () => {
    for (const user of [0, 7, 31]) {
      const { ads, degraded, rankedBy } = await funnel.ads(request(user), now)
      expect(ads).toHaveLength(20)
      expect(new Set(ads.map(({ ad }) => ad)).size).toBe(20)
      expect(degraded).toEqual([])
      expect(rankedBy).toBe('fusion')
      expect(ads.every(({ sources }) => sources.length > 0)).toBe(true)
      expect(ads.filter(({ ad }) => inventory.item[ad] < 0).length).toBeLessThanOrEqual(4)
      // fused ranks: the sum over sources
      for (const { score, sources } of ads)
        expect(score).toBeCloseTo(
          sources.reduce((sum, { rank }) => sum + 1 / (60 + rank), 0),
          6,
        )
    }
  })

  test('the same request gets the same answer', async () => {
    const first = await funnel.ads(request(5), now)
    await funnel.ads(request(6), now)
    expect(await funnel.ads(request(5), now)).toEqual(first)
  })

  test('the trace counts what each stage did', async () => {
    const { answer, candidates, found } = await funnel.run(request(3, { trace: true }), now)
    const trace = answer.trace!
    expect(trace.inventory).toMatchObject({ ads: ITEMS + ADVERTISERS, open: ITEMS + ADVERTISERS, items: ITEMS })
    expect(trace.generators.map(({ generator }) => generator)).toEqual(GENERATORS.map(({ name }) => name))
    trace.generators.forEach((one, g) => {
      expect(one.state).toBe('done')
      expect(one.returned).toBe(found[g]!.ads.length)
      expect(one.returned).toBeLessThanOrEqual(one.limit)
    })
    expect(trace.union).toBe(candidates.ads.length)
    const dropped = Object.values(trace.blend.dropped).reduce((a, b) => a + b, 0)
    expect(trace.blend.handedOn + dropped).toBe(trace.union)
  })

  test('a filter makes generators search further down, never short', async () => {
    // only every tenth ad is open
    const paused = Uint8Array.from({ length: inventory.ads }, (_, ad) => (ad % 10 === 0 ? 0 : 1))
    const few: AdsNow = { inventory: { ...inventory, paused }, spent: now.spent }
    const { answer, found } = await funnel.run(request(2, { trace: true }), few)
    const open = Array.from({ length: ITEMS }, (_, i) => ADVERTISERS + i).filter((ad) => ad % 10 === 0)
    const byName = Object.fromEntries(funnel.generators.map(({ name }, g) => [name, found[g]!]))
    expect([...byName['item-model'].ads].sort((a, b) => a - b)).toEqual(open)
    expect(answer.trace!.inventory.open).toBe(22)
    for (const one of found) for (const ad of one!.ads) expect(ad % 10).toBe(0)
  })

  test('generators are on, off and limited by the settings', async () => {
    const generators = {
      ...DEFAULTS.funnel.generators,
      popular: { on: false, limit: 1, quota: 1 },
      'item-model': { on: true, limit: 7, quota: 3 },
    }
    const small = new Funnel(parts, GENERATORS, settings({ generators }))
    const { answer } = await small.run(request(1, { trace: true }), now)
    const item = answer.trace!.generators.find(({ generator }) => generator === 'item-model')!
    expect(item).toMatchObject({ limit: 7, returned: 7, kept: 3 })
    expect(small.generators.map(({ name }) => name)).not.toContain('popular')
  })

  test('what is late is left out and named; the rest is answered', async () => {
    const { ads, degraded } = await funnel.ads(request(4, { deadline: performance.now() - 1 }), now)
    expect(ads).toEqual([])
    expect(degraded).toEqual(GENERATORS.map(({ name }) => name))
  })

  test("a generator of the user's own: found, late and failed", async () => {
    let behave: 'find' | 'wait' | 'fail' = 'find'
    const own: GeneratorType = {
      name: 'mine',
      summary: 'the first items',
      open: () => ({
        level: 'item',
        ranked: async (_visitor, n) => {
          if (behave === 'fail') throw new Error('no')
          if (behave === 'wait') await new Promise((resolve) => setTimeout(resolve, 5000))
          return { entries: [1, 2, 3].slice(0, n), scores: [3, 2, 1], complete: true }
        },
      }),
    }
    const generators = { mine: { on: true, limit: 10, quota: 10, file: 'mine.mjs' } }
    const failures: string[] = []
    const alone = new Funnel(parts, [own], settings({ generators }), undefined, (name) => failures.push(name))
    expect((await alone.ads(request(0), now)).ads.map(({ ad }) => inventory.item[ad])).toEqual([1, 2, 3])
    behave = 'wait'
    expect((await alone.ads(request(0, { deadline: performance.now() + 50 }), now)).degraded).toEqual(['mine'])
    behave = 'fail'
    expect((await alone.ads(request(0), now)).degraded).toEqual(['mine'])
    expect(failures).toEqual(['mine'])
  })

  test('tells what became of an ad: handed on, beyond k, not found, not eligible', async () => {
    const { answer, candidates } = await funnel.run(request(9), now)
    const first = answer.ads[0].ad
    expect(await funnel.fate(request(9), now, first)).toMatchObject({
      place: 1,
      verdict: 'It was handed on in place 1.',
    })
    const handed = new Set(answer.ads.map(({ ad }) => ad))
    const beyond = candidates.ads.find((ad) => !handed.has(ad) && inventory.item[ad] >= 0)!
    const fate = await funnel.fate(request(9), now, beyond)
    expect(fate.place).toBeUndefined()
    expect(fate.dropped).toBeDefined()
    expect(fate.ranked!.rank).toBeGreaterThan(1)
    const excluded = request(9, { exclude: { ads: new Set([first]) } })
    expect((await funnel.fate(excluded, now, first)).verdict).toBe('It was not eligible: excluded by the request.')
    const one = new Funnel(
      parts,
      GENERATORS,
      settings({ generators: { 'item-model': { on: true, limit: 1, quota: 1 } } }),
    )
    const only = (await one.ads(request(9), now)).ads[0].ad
    const other = [ADVERTISERS, ADVERTISERS + 1].find((ad) => ad !== only)!
    expect((await one.fate(request(9), now, other)).verdict).toMatch(
      /^No generator brought it\. .*the first 1 are brought/,
    )
  })

  test('tells of every ad that was found where it ended, best score first', async () => {
    const run = await funnel.run(request(9), now)
    const outcomes = funnel.outcomes(run)
    expect(outcomes.map(({ ad }) => ad).sort((a, b) => a - b)).toEqual(
      Array.from(run.candidates.ads).sort((a, b) => a - b),
    )
    for (let i = 1; i < outcomes.length; i++) expect(outcomes[i].score).toBeLessThanOrEqual(outcomes[i - 1].score)
    const handed = outcomes.filter(({ place }) => place !== undefined).sort((a, b) => a.place! - b.place!)
    expect(handed.map(({ ad, sources }) => ({ ad, sources }))).toEqual(
      run.answer.ads.map(({ ad, sources }) => ({ ad, sources })),
    )
    for (const one of outcomes.slice(0, 20)) {
      const { ranked, dropped, place } = await funnel.fate(request(9), now, one.ad)
      expect([ranked!.score, dropped, place]).toEqual([one.score, one.dropped, one.place])
    }
  })

  test('own repeats come first where they alone count, and purchases are kept out where a campaign says so', async () => {
    const generators = { 'own-repeats': { on: true, limit: 50, quota: 50 } }
    const own = new Funnel(parts, GENERATORS, settings({ generators }))
    const history = new Set(snapshot.eventItem.subarray(snapshot.offsets[8], snapshot.offsets[9]))
    const items = (ads: { ad: number }[]): number[] => ads.map(({ ad }) => inventory.item[ad])
    const all = items((await own.ads(request(8, { k: 50 }), now)).ads)
    expect(all.length).toBe(Math.min(50, history.size))
    expect(all.every((item) => history.has(item))).toBe(true)
    const buyers: AdsNow = { inventory: { ...inventory, excludeBuyersDays: Int32Array.of(365) }, spent: now.spent }
    const bought = new Set<number>()
    for (let row = snapshot.offsets[8]; row < snapshot.offsets[9]; row++)
      if (snapshot.eventType[row] === 2 && snapshot.eventTime[row] > t - 365 * DAY) bought.add(snapshot.eventItem[row])
    const left = items((await own.ads(request(8, { k: 50 }), buyers)).ads)
    expect(left.some((item) => bought.has(item))).toBe(false)
    expect(left.length).toBe([...history].filter((item) => !bought.has(item)).length)
  })

  test('popular ads are those of the country', async () => {
    const generators = { popular: { on: true, limit: 10, quota: 10 } }
    const popular = new Funnel(parts, GENERATORS, settings({ generators, advertiserCap: 100 }))
    const of = async (country?: string): Promise<number[]> => {
      const { ads } = await popular.ads(request(0, { k: 10, context: { moment: t, ...(country && { country }) } }), now)
      return ads.map(({ ad }) => inventory.item[ad])
    }
    const counts = (among: (user: number) => boolean): number[] => {
      const n = new Float64Array(ITEMS)
      for (let user = 0; user < USERS; user++)
        for (let row = snapshot.offsets[user]; among(user) && row < snapshot.offsets[user + 1]; row++)
          if (snapshot.eventType[row] === 2 && snapshot.eventTime[row] > t - 30 * DAY) n[snapshot.eventItem[row]]++
      return [...n.keys()].sort((a, b) => n[b] - n[a] || a - b).slice(0, 10)
    }
    expect(await of()).toEqual(counts(() => true))
    expect(await of('FR')).toEqual(counts((user) => user % 2 === 1))
    expect(await of('elsewhere')).toEqual(await of())
  })
})

test('tables are the same after they were kept', () => {
  const again = tablesFromArrays(tablesToArrays(parts.tables), tablesMetadata(parts.tables))
  const plain = { ...parts.tables, users: { ...parts.tables.users, byUser: { ...parts.tables.users.byUser } } }
  plain.users.byUser.values = Float32Array.from(plain.users.byUser.values)
  expect(again).toEqual(plain)
})

test('nothing after the moment is in the tables', () => {
  const until = day(70)
  const whole = makeTables(snapshot, countries, until, 14)
  const kept = events.filter(([, , d]) => d <= 70)
  const seen = new Set(kept.map(([, item]) => item))
  const cut = snapshotOf(
    // items and users keep their numbers: what is not seen by then is only looked up
    [...kept, ...[...Array(ITEMS).keys()].filter((i) => !seen.has(i)).map((i): FixtureEvent => [USERS - 1, i, 99])],
    {
      advertisers: Array.from({ length: ITEMS }, (_, i) => i % ADVERTISERS),
      categories: Array.from({ length: ITEMS }, (_, i) => `c${Math.floor(i / 20)}`),
    },
  )
  expect(makeTables(cut, countries, until, 14)).toEqual(whole)
})

test('countries are read from the users', () => {
  const store = {
    *scanUserAttribute() {
      yield [1, 'FR'] as [number, string]
      yield [3, 'DE'] as [number, string]
      yield [9, 'XX'] as [number, string]
    },
  }
  const read = readCountries(store, 4)
  expect(read.names).toEqual(['DE', 'FR'])
  expect([0, 1, 2, 3].map((user) => countryOf(read, user))).toEqual(['FR', undefined, 'DE', undefined])
})
