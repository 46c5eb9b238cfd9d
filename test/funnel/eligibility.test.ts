import { describe, expect, test } from 'vitest'
import type { AdInventory } from '../../src/ads/inventory.js'
import { catalogAds } from '../../src/ads/catalog-ads.js'
import { CAMPAIGN_STATUS, PACINGS } from '../../src/ads/inventory.js'
import { OpenAdsCache, UserRules, openAds, type AdContext, type AdsNow } from '../../src/funnel/eligibility.js'
import { DAY, day, snapshotOf } from '../fixtures/histories.js'

const snapshot = snapshotOf(
  [
    [0, 0, 1],
    [0, 1, 5, 'view'],
    [0, 2, 9, 'add_to_cart'],
    [1, 2, 2],
  ],
  { advertisers: [0, 0, 1] },
)
const base = catalogAds(snapshot, { items: Int32Array.of(0, 1, 2), advertisers: Int32Array.of(0, 1) })

/** Each of the five ads (two standard, three shopping) in a campaign of its own. */
function inventory(changes: Partial<AdInventory> = {}): AdInventory {
  const each = <T extends Float64Array | Int32Array | Uint8Array>(one: T): T => {
    const out = new (one.constructor as new (n: number) => T)(5)
    out.fill(one[0])
    return out
  }
  return {
    ...base,
    campaign: Int32Array.of(0, 1, 2, 3, 4),
    campaigns: 5,
    status: each(base.status),
    bid: each(base.bid),
    bidType: each(base.bidType),
    dailyBudget: each(base.dailyBudget),
    pacing: each(base.pacing),
    starts: each(base.starts),
    ends: each(base.ends),
    campaignCountries: new Uint32Array(5),
    campaignFlags: new Uint32Array(5),
    cap: new Int32Array(5),
    capDays: new Int32Array(5),
    excludeBuyersDays: new Int32Array(5),
    ...changes,
  }
}

const noon: AdContext = { moment: day(10) + DAY / 2 }
const now = (changes: Partial<AdInventory> = {}, spent: Float64Array = new Float64Array(5)): AdsNow => ({
  inventory: inventory(changes),
  spent,
})
const open = (ads: AdsNow, context = noon): number[] =>
  [...openAds(ads, context, snapshot).open.keys()].filter((ad) => openAds(ads, context, snapshot).open[ad] === 1)

/** A value for campaign 2, the shopping ad of item 0; another for the rest. */
const third = (value: number, others: number): Float64Array<ArrayBuffer> =>
  Float64Array.of(others, others, value, others, others)
const rules = (ads: AdsNow, extra: Partial<ConstructorParameters<typeof UserRules>[1]> = {}, context = noon) =>
  new UserRules(openAds(ads, context, snapshot), {
    queries: { events: snapshot, users: Int32Array.of(0), ends: Int32Array.of(3), moment: noon.moment },
    ...extra,
  })

describe('open ads', () => {
  test('all of them without a rule, with the entries that have one', () => {
    const all = openAds(now(), noon, snapshot)
    expect(all.count).toBe(5)
    expect([...all.items.ids]).toEqual([0, 1, 2])
    expect([...all.advertisers.ids]).toEqual([0, 1])
    expect(all.until).toBe(Infinity)
  })

  const paused = Uint8Array.from([0, 0, CAMPAIGN_STATUS.indexOf('paused'), 0, 0])
  const ended = Uint8Array.from([0, 0, CAMPAIGN_STATUS.indexOf('ended'), 0, 0])
  test.each([
    ['the campaign is paused', { status: paused }],
    ['the campaign has ended', { status: ended }],
    ['the ad is paused', { paused: Uint8Array.of(0, 0, 1, 0, 0) }],
    ['the flight has not begun', { starts: third(noon.moment + 1, -Infinity) }],
    ['the flight is over', { ends: third(noon.moment, Infinity) }],
    ['not for this country', { countries: ['DE', 'FR'], campaignCountries: Uint32Array.of(0, 0, 2, 0, 0) }],
    ['not allowed by policy', { flags: ['alcohol'], campaignFlags: Uint32Array.of(0, 0, 1, 0, 0) }],
  ] as const)('%s', (reason, changes) => {
    const context = { ...noon, country: 'DE', policy: ['alcohol'] }
    const ads = now(changes)
    expect(open(ads, context)).toEqual([0, 1, 3, 4])
    expect([...openAds(ads, context, snapshot).items.ids]).toEqual([1, 2])
    expect(rules(ads, {}, context).reason(2)).toBe(reason)
  })

  test('a campaign of some countries stays out where the country is not known', () => {
    const ads = now({ countries: ['DE', 'FR'], campaignCountries: Uint32Array.of(0, 0, 2, 0, 0) })
    expect(open(ads)).toEqual([0, 1, 3, 4])
    expect(open(ads, { ...noon, country: 'FR' })).toEqual([0, 1, 2, 3, 4])
  })

  test('a budget of 24: spent is spent; an even pace allows 13 by noon, an hour ahead of its twelve', () => {
    const pacing = new Uint8Array(5).fill(PACINGS.indexOf('even'))
    const ads = (spent: number, pace: Uint8Array = pacing): AdsNow =>
      now({ dailyBudget: third(24, Infinity), pacing: pace }, third(spent, 0))
    expect(open(ads(13))).toContain(2)
    expect(open(ads(13.01))).not.toContain(2)
    expect(rules(ads(13.01)).reason(2)).toBe('the budget is ahead of its pace')
    const fast = new Uint8Array(5).fill(PACINGS.indexOf('fast'))
    expect(open(ads(23.9, fast))).toContain(2)
    expect(rules(ads(24, fast)).reason(2)).toBe('the budget of the day is spent')
  })

  test('are looked at again when a flight begins, or a minute later where there are budgets', () => {
    const starts = openAds(now({ starts: third(noon.moment + 30, -Infinity) }), noon, snapshot)
    expect(starts.until).toBe(noon.moment + 30)
    const budgets = openAds(now({ dailyBudget: third(1, Infinity) }), noon, snapshot)
    expect(budgets.until).toBe(noon.moment + 60)
    const cache = new OpenAdsCache(snapshot)
    const ads = now({ starts: third(noon.moment + 30, -Infinity) })
    const first = cache.get(ads, noon)
    expect(cache.get(ads, { moment: noon.moment + 29 })).toBe(first)
    expect(cache.get(ads, { moment: noon.moment + 30 }).count).toBe(first.count + 1)
    expect(cache.get(now(), noon)).not.toBe(first)
    // budgets are looked at every minute; where that changes nothing the lists are not made anew
    const contexts = new OpenAdsCache(snapshot)
    const paced = now({ dailyBudget: third(1, Infinity) })
    const [early, later] = [0, 60].map((seconds) => contexts.get(paced, { moment: noon.moment + seconds }))
    expect(later.until).toBe(early.until + 60)
    expect(later.items).toBe(early.items)
    // a clock that goes backwards is no reason to show what has not begun
    expect(cache.get(ads, { moment: noon.moment - 1 }).count).toBe(4)
  })
})

describe('a user', () => {
  test('does not see what they bought within the days that the campaign names', () => {
    // item 0 was bought on day 1, item 2 put into the cart on day 9; both of advertiser 0 and 1
    const within = (days: number): AdsNow => now({ excludeBuyersDays: new Int32Array(5).fill(days) })
    const refused = (days: number): number[] => [0, 1, 2, 3, 4].filter((ad) => !rules(within(days)).allows(ad))
    expect(refused(9)).toEqual([])
    expect(refused(10)).toEqual([0, 2])
    expect(rules(within(10)).reason(2)).toBe('bought already')
  })

  test('sees a campaign as often as its cap allows in its days', () => {
    const ads = now({ cap: Int32Array.of(0, 0, 2, 0, 0), capDays: Int32Array.of(0, 0, 3, 0, 0) })
    const shown = (...days: number[]): UserRules =>
      rules(ads, { impressions: days.map((d) => ({ ad: 2, time: noon.moment - d * DAY })) })
    expect(shown(1).allows(2)).toBe(true)
    expect(shown(1, 3).allows(2)).toBe(true)
    expect(shown(1, 2.9).allows(2)).toBe(false)
    expect(shown(1, 2.9).reason(2)).toBe('the frequency cap is reached')
    expect(shown(1, 1).allows(3)).toBe(true)
  })

  test('does not see what the request excludes', () => {
    const excluded = rules(now(), {
      exclude: { ads: new Set([0]), items: new Set([1]), advertisers: new Set([1]) },
    })
    expect([0, 1, 2, 3, 4].filter((ad) => excluded.allows(ad))).toEqual([2])
    expect(excluded.reason(4)).toBe('excluded by the request')
  })
})
