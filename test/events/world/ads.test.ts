import { describe, expect, it } from 'vitest'
import { flagOf, MARGIN, PRICE_LEVELS, worldAds, type WorldAd } from '../../../src/events/world/ads.js'
import { ACTIONS_A_CLICK, CLICKS_AN_IMPRESSION, MISJUDGED } from '../../../src/events/world/campaign-terms.js'
import { categoryOf } from '../../../src/events/world/catalog.js'
import { COUNTRIES, COUNTRY_SHARES } from '../../../src/events/world/countries.js'
import { attributesOf, demographicsOf } from '../../../src/events/world/demographics.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { STREAM } from '../../../src/events/world/streams.js'
import { makeWorld } from '../../../src/events/world/world.js'

const world = makeWorld(PRESETS.small, 1)
const { catalog, knobs } = world
const all = [...worldAds(world)]
const number = (name: string): number => Number(/\d+$/.exec(name)) - 1
const advertiserOf = (ad: WorldAd): number => number(ad.advertiser)
const itemOf = (ad: WorldAd): number => (ad.item === '' ? -1 : number(ad.item))
const shopping = all.filter((ad) => ad.item !== '')
const campaigns = new Map<string, WorldAd[]>()
for (const ad of all) campaigns.set(ad.campaign, [...(campaigns.get(ad.campaign) ?? []), ad])
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
const spread = (values: readonly number[]): number => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)))
const pathOf = (item: number): string => categoryOf(catalog.itemCategory[item]).path

describe('the ads of a world', () => {
  it('are the same for one seed, others for another; names are numbers in order', () => {
    expect([...worldAds(makeWorld(PRESETS.small, 1))]).toEqual(all)
    expect([...worldAds(makeWorld(PRESETS.small, 2))]).not.toEqual(all)
    expect(all.map(({ ad }) => ad)).toEqual(all.map((_, n) => `ad${n + 1}`))
    expect([...campaigns.keys()]).toEqual(Array.from({ length: campaigns.size }, (_, n) => `c${n + 1}`))
    const [first] = worldAds(world, 'w-')
    expect(first).toMatchObject({ ad: 'w-ad1', advertiser: `w-${all[0].advertiser}`, campaign: 'w-c1' })
  })

  it('have random streams of their own', () => {
    expect(new Set(Object.values(STREAM)).size).toBe(Object.keys(STREAM).length)
  })

  it('are of some advertisers, of popular ones more often', () => {
    const advertising = new Set(all.map(advertiserOf))
    const share = (from: number, to: number): number =>
      mean(
        Array.from(catalog.rank.keys())
          .filter((a) => catalog.rank[a] >= from * knobs.advertisers && catalog.rank[a] < to * knobs.advertisers)
          .map((a) => (advertising.has(a) ? 1 : 0)),
      )
    // .9 for the most popular to .5 for the least, in a straight line; some of them draw no shopping ad at all
    expect(share(0, 1)).toBeGreaterThan(0.7 - 0.1)
    expect(share(0, 1)).toBeLessThan(0.7 + 0.03)
    expect(share(0, 0.25) - share(0.75, 1)).toBeGreaterThan(0.2)
  })

  it('are of some items, of popular and of dear ones more often', () => {
    const withAd = new Set(shopping.map(itemOf))
    expect(withAd.size).toBe(shopping.length)
    const sells = new Set(shopping.map(advertiserOf))
    // items of advertisers who run shopping ads; expected .1 + .5 * rank of popularity + .3 * rank of price
    const candidates = Array.from(catalog.itemAdvertiser.keys()).filter((i) => sells.has(catalog.itemAdvertiser[i]))
    const rank = (values: ArrayLike<number>): Map<number, number> =>
      new Map(
        Array.from({ length: values.length }, (_, i) => i)
          .sort((i, j) => values[i] - values[j])
          .map((i, at) => [i, at / (values.length - 1)]),
      )
    const [popularity, price] = [rank(catalog.offsite), rank(catalog.itemPrice)]
    const halves = [
      { of: popularity, slope: 0.5 },
      { of: price, slope: 0.3 },
    ]
    for (const { of, slope } of halves) {
      const share = (upper: boolean): number =>
        mean(candidates.filter((i) => of.get(i)! > 0.5 === upper).map((i) => (withAd.has(i) ? 1 : 0)))
      // between the halves the rank differs by .5
      expect(share(true) - share(false)).toBeGreaterThan(slope * 0.5 - 0.06)
    }
    const expected = mean(candidates.map((i) => 0.1 + 0.5 * popularity.get(i)! + 0.3 * price.get(i)!))
    expect(withAd.size / candidates.length).toBeCloseTo(expected, 1)
  })

  it('belong to the advertiser of their item, with their campaign', () => {
    for (const ad of shopping) expect(advertiserOf(ad)).toBe(catalog.itemAdvertiser[itemOf(ad)])
    for (const ads of campaigns.values()) {
      expect(new Set(ads.map(advertiserOf)).size).toBe(1)
      expect(new Set(ads.map(({ told }) => told)).size).toBe(1)
      expect(new Set(ads.map(({ item }) => item === '')).size).toBe(1)
    }
  })

  it('of a shopping campaign lie on one price level and under one policy flag, which it has', () => {
    const level = (item: number): number => PRICE_LEVELS.filter((price) => catalog.itemPrice[item] >= price).length
    const flags = new Set<string | undefined>()
    for (const ads of campaigns.values()) {
      if (ads[0].item === '') continue
      expect(new Set(ads.map((ad) => level(itemOf(ad)))).size).toBe(1)
      for (const ad of ads) expect(ad.told.flags?.[0]).toBe(flagOf(pathOf(itemOf(ad))))
      flags.add(ads[0].told.flags?.[0])
    }
    expect(flags).toEqual(new Set([undefined, 'health', 'children']))
    expect(flagOf('Health/Vitamins/Prenatal')).toBe('health')
    expect(flagOf('Home/Health/Scales')).toBeUndefined()
  })

  it('of a standard campaign have a title and land in a category that their advertiser sells in', () => {
    const standard = all.filter((ad) => ad.item === '')
    const sold = new Map<number, Set<string>>()
    catalog.itemAdvertiser.forEach((a, item) => sold.set(a, (sold.get(a) ?? new Set()).add(pathOf(item))))
    for (const ad of standard) {
      expect(ad.title).toMatch(/: all for /)
      expect(sold.get(advertiserOf(ad))!.has(ad.category!)).toBe(true)
    }
    expect(Math.max(...[...campaigns.values()].filter((ads) => ads[0].item === '').map((ads) => ads.length))).toBe(3)
  })
})

describe('the terms of campaigns', () => {
  const terms = [...campaigns.values()].map(([{ told }]) => told)

  it('bid what a conversion is worth: the mean price times a log-normal margin, and what they misjudge', () => {
    const logs: number[] = []
    for (const ads of campaigns.values()) {
      if (ads[0].item === '' || ads[0].told.bidType !== 'action') continue
      logs.push(Math.log(ads[0].told.bid / mean(ads.map((ad) => catalog.itemPrice[itemOf(ad)]))))
    }
    expect(logs.length).toBeGreaterThan(1000)
    // bids have three digits: an error of .3 % at most
    const deviation = Math.hypot(MARGIN.spread, MISJUDGED)
    expect(Math.abs(mean(logs) - Math.log(MARGIN.median))).toBeLessThan((5 * deviation) / Math.sqrt(logs.length / 3))
    expect(Math.abs(spread(logs) - deviation)).toBeLessThan(0.05)
  })

  it('of clicks and of 1,000 impressions are what is expected to lead to a conversion', () => {
    const median = (type: string): number => {
      const bids = [...campaigns.values()]
        .filter(([ad]) => ad.item !== '' && ad.told.bidType === type)
        .map((ads) => ads[0].told.bid / mean(ads.map((ad) => catalog.itemPrice[itemOf(ad)])))
        .sort((x, y) => x - y)
      return bids[bids.length >> 1]
    }
    expect(median('click') / median('action')).toBeCloseTo(ACTIONS_A_CLICK, 2)
    expect(median('impression') / median('action')).toBeCloseTo(ACTIONS_A_CLICK * CLICKS_AN_IMPRESSION * 1000, 1)
  })

  it('run within the days of the world, half of them always', () => {
    const end = knobs.start + knobs.days * 86_400
    for (const { starts, ends, status } of terms) {
      expect(starts === null).toBe(ends === null)
      if (starts === null) expect(status).not.toBe('ended')
      else expect(starts >= knobs.start && ends! > starts && ends! <= end).toBe(true)
    }
    expect(mean(terms.map(({ starts }) => (starts === null ? 1 : 0)))).toBeCloseTo(0.5 * 0.97, 1)
    const tiny = [...worldAds(makeWorld({ ...PRESETS.tiny, days: 2 }, 1))].map(({ told }) => told)
    for (const { starts, ends } of tiny)
      if (starts !== null) expect(ends! > starts && ends! <= knobs.start + 2 * 86_400).toBe(true)
  })

  it('have budgets, caps and countries, most of them at home', () => {
    const budgets = terms.filter(({ dailyBudget }) => dailyBudget !== null)
    expect(budgets.length / terms.length).toBeCloseTo(0.7, 1)
    for (const { cap, capDays, dailyBudget } of terms) {
      expect(cap === null).toBe(capDays === null)
      if (dailyBudget !== null) expect(dailyBudget).toBeGreaterThan(0)
    }
    const home = new Map(COUNTRIES.map((country) => [country as string, 0]))
    const targeted = terms.filter(({ countries }) => countries !== null)
    for (const { countries } of targeted) {
      expect(new Set(countries).size).toBe(countries!.length)
      home.set(countries![0], home.get(countries![0])! + 1)
    }
    COUNTRIES.forEach((country, c) =>
      expect(Math.abs(home.get(country)! / targeted.length - COUNTRY_SHARES[c])).toBeLessThan(0.05),
    )
    expect(targeted.length / terms.length).toBeCloseTo(0.55, 1)
  })
})

describe('the country of users', () => {
  it('has few values, unequal shares, and is an attribute', () => {
    const n = 20_000
    const counts = new Map<string, number>()
    for (let user = 0; user < n; user++) {
      const { country } = attributesOf(demographicsOf(1, user))
      counts.set(country, (counts.get(country) ?? 0) + 1)
    }
    COUNTRIES.forEach((country, c) => {
      const p = COUNTRY_SHARES[c]
      expect(Math.abs(counts.get(country)! / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n))
    })
  })
})
