import { describe, expect, test } from 'vitest'
import { BitSetMaker, bitWords, hasBit } from '../../src/ads/bit-sets.js'
import {
  BID_TYPES,
  CAMPAIGN_STATUS,
  loadInventory,
  PACINGS,
  spentOn,
  type AdInventory,
  type Lists,
} from '../../src/ads/inventory.js'
import { silent } from '../../src/core/progress.js'
import { Rng } from '../../src/core/rng.js'
import { buildSnapshot } from '../../src/features/snapshot-build.js'
import type { CatalogData } from '../../src/features/snapshot.js'
import { ORIGINS } from '../../src/store/ad-codes.js'
import type { AdFields, CampaignFields } from '../../src/store/ads.js'
import type { Store } from '../../src/store/store.js'
import { ad, campaign } from '../store/made-ads.js'
import { temporaryStore } from '../store/temporary-store.js'

const ITEMS = 30
const ADVERTISERS = 5
const PATHS = ['Home', 'Home/Lamps', 'Home/Lamps/Ceiling', 'Garden', null]
/** as landing categories may be: some deeper than the catalog, some unknown to it */
const LANDINGS = [...PATHS, 'Home/Lamps/Ceiling/Round', 'Home/Chairs', 'Cars/Used']

/** A store of drawn campaigns and ads, and what was drawn, in order. */
function drawn(seed: number, ads = 200) {
  const rng = new Rng(seed)
  const store = temporaryStore()
  const writer = store.writer()
  const pick = <T>(from: readonly T[]): T => from[rng.int(from.length)]
  for (let a = 0; a < ADVERTISERS; a++) writer.advertiser(`a${a}`)
  for (let i = 0; i < ITEMS; i++)
    writer.setItem(writer.item(`i${i}`), { advertiser: 1 + rng.int(ADVERTISERS), category: pick(PATHS) ?? undefined })
  const words = Array.from({ length: 70 }, (_, i) => `C${i}`)
  const some = (): string[] | null =>
    rng.int(3) === 0 ? null : Array.from({ length: 1 + rng.int(3) }, () => pick(words))
  const campaigns = Array.from({ length: 40 }, (): CampaignFields => {
    const starts = rng.int(2) === 0 ? null : rng.int(1000)
    const cap = rng.int(2) === 0 ? null : 1 + rng.int(9)
    return campaign(1 + rng.int(ADVERTISERS), {
      status: pick(CAMPAIGN_STATUS),
      bid: 0.1 + rng.uniform(),
      bidType: pick(BID_TYPES),
      dailyBudget: rng.int(2) === 0 ? null : rng.int(100),
      pacing: pick(PACINGS),
      starts,
      ends: rng.int(2) === 0 ? null : (starts ?? 0) + 1 + rng.int(1000),
      countries: some(),
      flags: rng.int(2) === 0 ? null : ['health'],
      cap,
      capDays: cap && 1 + rng.int(30),
      excludeBuyersDays: rng.int(2) === 0 ? null : 1 + rng.int(60),
      origin: pick(ORIGINS),
    })
  })
  campaigns.forEach((fields, c) => writer.ads.putCampaign(`c${c}`, fields))
  const made = Array.from({ length: ads }, (): AdFields => {
    const of = 1 + rng.int(campaigns.length)
    return ad(of, campaigns[of - 1].advertiser, {
      item: rng.int(4) === 0 ? null : 1 + rng.int(ITEMS),
      category: pick(LANDINGS),
      status: pick(['active', 'paused']),
    })
  })
  made.forEach((fields, a) => writer.ads.putAd(`ad${a}`, fields))
  writer.commit()
  return { store, campaigns, ads: made, catalog: buildSnapshot(store, silent) }
}

const listOf = ({ offsets, ads }: Lists, entry: number): number[] => [
  ...ads.subarray(offsets[entry], offsets[entry + 1]),
]

/** The words of a row's set. */
function setOf(inventory: AdInventory, what: 'countries' | 'flags', row: number): string[] {
  const sets = what === 'countries' ? inventory.campaignCountries : inventory.campaignFlags
  const words = inventory[what]
  return words.filter((_, word) => hasBit(sets, bitWords(words), row, word)).sort()
}

/** The path of an item's category in the store. */
const itemPath = (store: Store, item: number): string | undefined => store.item(item)!.category

describe.each([1, 2, 3])('drawn ads, seed %i', (seed) => {
  const found = () => {
    const made = drawn(seed)
    return { ...made, inventory: loadInventory(made.store, made.catalog) }
  }

  test('are what the store holds, ad by ad', () => {
    const { store, ads, inventory, catalog } = found()
    expect([inventory.ads, inventory.version, inventory.unlisted]).toEqual([ads.length, 1, 0])
    ads.forEach(({ campaign, advertiser, item, category, status }, a) => {
      const index = { campaign: campaign - 1, advertiser: advertiser - 1, item: (item ?? 0) - 1 }
      expect({
        campaign: inventory.campaign[a],
        advertiser: inventory.advertiser[a],
        item: inventory.item[a],
      }).toEqual(index)
      expect(inventory.paused[a]).toBe(status === 'paused' ? 1 : 0)
      // an item's own path, else the longest beginning of the landing page's that is a category
      const parts = category?.split('/') ?? []
      const landing = parts
        .map((_, n) => parts.slice(0, parts.length - n).join('/'))
        .find((path) => catalog.categories.includes(path))
      const path = (item === null ? undefined : itemPath(store, item)) ?? landing
      expect(catalog.categories[inventory.category[a]]).toBe(path)
    })
  })

  test('and campaign by campaign', () => {
    const { campaigns, inventory } = found()
    expect(inventory.campaigns).toBe(campaigns.length)
    campaigns.forEach((fields, c) => {
      expect({
        status: CAMPAIGN_STATUS[inventory.status[c]],
        bid: inventory.bid[c],
        bidType: BID_TYPES[inventory.bidType[c]],
        pacing: PACINGS[inventory.pacing[c]],
        dailyBudget: inventory.dailyBudget[c],
        starts: inventory.starts[c],
        ends: inventory.ends[c],
        countries: setOf(inventory, 'countries', c),
        flags: setOf(inventory, 'flags', c),
        cap: inventory.cap[c],
        capDays: inventory.capDays[c],
        excludeBuyersDays: inventory.excludeBuyersDays[c],
      }).toEqual({
        status: fields.status,
        bid: fields.bid,
        bidType: fields.bidType,
        pacing: fields.pacing,
        dailyBudget: fields.dailyBudget ?? Infinity,
        starts: fields.starts ?? -Infinity,
        ends: fields.ends ?? Infinity,
        countries: [...new Set(fields.countries ?? [])].sort(),
        flags: fields.flags ?? [],
        cap: fields.cap ?? 0,
        capDays: fields.capDays ?? 0,
        excludeBuyersDays: fields.excludeBuyersDays ?? 0,
      })
    })
    expect(inventory.countries.length).toBeGreaterThan(32)
    expect(inventory.derived).toBe(true)
  })

  test('are listed by item, and by advertiser: standard ads first, then by item', () => {
    const { ads, inventory } = found()
    const all = ads.map((fields, a) => ({ ...fields, a }))
    for (let i = 0; i < ITEMS; i++)
      expect(listOf(inventory.ofItem, i)).toEqual(all.filter(({ item }) => item === i + 1).map(({ a }) => a))
    for (let a = 0; a < ADVERTISERS; a++)
      expect(listOf(inventory.ofAdvertiser, a)).toEqual(
        all
          .filter(({ advertiser }) => advertiser === a + 1)
          .sort((x, y) => (x.item ?? 0) - (y.item ?? 0) || x.a - y.a)
          .map((one) => one.a),
      )
  })
})

test('no ads: an inventory without any', () => {
  const store = temporaryStore()
  const inventory = loadInventory(store, buildSnapshot(store, silent))
  expect(inventory).toMatchObject({ version: 0, ads: 0, campaigns: 0, derived: false, countries: [], flags: [] })
  expect([...inventory.ofItem.offsets, ...inventory.ofAdvertiser.offsets]).toEqual([0, 0])
})

test('ads of items that came later than the catalog are counted and in no list', () => {
  const { store, catalog, ads } = drawn(4)
  const older: CatalogData = { ...catalog, items: 20, itemCategory: catalog.itemCategory.subarray(0, 20 * 3) }
  const inventory = loadInventory(store, older)
  const late = ads.map((fields, a) => ({ ...fields, a })).filter(({ item }) => (item ?? 0) > 20)
  expect(late.length).toBeGreaterThan(0)
  expect(inventory.unlisted).toBe(late.length)
  const listed = new Set([...inventory.ofItem.ads, ...inventory.ofAdvertiser.ads])
  expect(late.filter(({ a }) => listed.has(a))).toEqual([])
  expect(listed.size).toBe(ads.length - late.length)
  expect(inventory.item[late[0].a]).toBe(late[0].item! - 1)
})

test('what was spent on a day, by campaign', () => {
  const { store } = drawn(5)
  const writer = store.writer()
  writer.ads.addSpend(3, 20_000, 1.25)
  writer.ads.addSpend(40, 20_000, 7)
  writer.ads.addSpend(3, 20_001, 9)
  writer.commit()
  const expected = new Float64Array(40)
  expected[2] = 1.25
  expected[39] = 7
  expect(spentOn(store, 20_000)).toEqual(expected)
})

test('sets that memory has no room for are refused in a sentence', () => {
  expect(() => new BitSetMaker(2 ** 26 + 1).bits('countries')).toThrow(
    expect.objectContaining({ name: 'UserError', message: expect.stringContaining('different countries') }),
  )
})

test('a set of words as bits: each word alone, the sign bit too', () => {
  const words = Array.from({ length: 65 }, (_, i) => `w${i}`)
  expect([bitWords([]), bitWords(words.slice(0, 32)), bitWords(words)]).toEqual([1, 1, 3])
  for (const word of [0, 31, 32, 63, 64]) {
    const sets = new Uint32Array(6)
    sets[3 + (word >>> 5)] = 2 ** (word % 32)
    expect(words.filter((_, w) => hasBit(sets, 3, 1, w))).toEqual([words[word]])
    expect(words.some((_, w) => hasBit(sets, 3, 0, w))).toBe(false)
  }
  expect(hasBit(new Uint32Array([0xffffffff]), 1, 0, -1)).toBe(false)
})
