import { describe, expect, test } from 'vitest'
import { deriveAds, removeDerived } from '../../src/ads/derive.js'
import { UserError } from '../../src/core/errors.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { ad, campaign } from '../store/made-ads.js'
import { temporaryStore } from '../store/temporary-store.js'

interface Item {
  id: string
  advertiser?: string
  price?: number
  category?: string
}

function add(store: Store, items: Item[], advertisers: string[] = []): void {
  const writer = store.writer()
  for (const name of advertisers) writer.advertiser(name)
  for (const { id, advertiser, price, category } of items)
    writer.setItem(writer.item(id), {
      advertiser: advertiser === undefined ? undefined : writer.advertiser(advertiser),
      price,
      category,
    })
  writer.commit()
}

const CATALOG: Item[] = [
  // median of 10, 20 and 60 is 20; two of three in Home/Lamps
  { id: 'i1', advertiser: 'lamps', price: 60, category: 'Home/Lamps/Ceiling' },
  { id: 'i2', advertiser: 'garden', category: 'Garden/Soil' },
  { id: 'i3', advertiser: 'lamps', price: 10, category: 'Home/Lamps/Desk' },
  { id: 'i4', price: 1000 },
  { id: 'i5', advertiser: 'lamps', price: 20, category: 'Home/Chairs' },
  // a price of 0 is none
  { id: 'i6', advertiser: 'garden', price: 0, category: 'Pets' },
  // median of 7 and 8
  { id: 'i7', advertiser: 'two', price: 7 },
  { id: 'i8', advertiser: 'two', price: 8 },
]
/** of 60, 10, 1000, 20, 7, 8 */
const MEDIAN = (10 + 20) / 2

const campaigns = (store: Store): Record<string, unknown> =>
  Object.fromEntries(
    ['standard', 'shopping'].flatMap((kind) =>
      store.externalIds('advertisers').map((name) => {
        const found = store.ads.campaign(`${kind}:${name}`)
        return [`${kind}:${name}`, found?.bid]
      }),
    ),
  )

describe('ads derived from a catalog', () => {
  test('an ad of each advertiser and of each item that has one; bids are 5 % of median prices', () => {
    const store = temporaryStore()
    add(store, CATALOG, ['bare'])
    expect(deriveAds(store)).toEqual({
      ads: 11,
      standard: 4,
      shopping: 7,
      campaigns: 4 + 3,
      added: { ads: 11, campaigns: 7 },
      removed: { ads: 0, campaigns: 0, impressions: 0 },
      share: 0.05,
      bidsFrom: { ownPrices: 2, catalogPrices: 2, nothing: 0 },
      medianPrice: MEDIAN,
    })
    expect(campaigns(store)).toEqual({
      'standard:bare': 0.05 * MEDIAN,
      'standard:lamps': 0.05 * 20,
      'standard:garden': 0.05 * MEDIAN,
      'standard:two': 0.05 * 7.5,
      'shopping:bare': undefined,
      'shopping:lamps': 0.05 * 20,
      'shopping:garden': 0.05 * MEDIAN,
      'shopping:two': 0.05 * 7.5,
    })
    expect(store.ads.campaign('shopping:lamps')).toMatchObject({
      bidType: 'action',
      status: 'active',
      dailyBudget: null,
      starts: null,
      ends: null,
      countries: null,
      cap: null,
      excludeBuyersDays: null,
      origin: 'derived',
    })
    const lamps = store.advertiserId('lamps')!
    expect(store.ads.ad('shopping:i3')).toMatchObject({ item: store.itemId('i3'), advertiser: lamps, status: 'active' })
    // two of three lie in Home/Lamps, neither kind of lamp in more than half
    expect(store.ads.ad('standard:lamps')).toMatchObject({ item: null, title: 'lamps', category: 'Home/Lamps' })
    expect(store.ads.ad('standard:garden')).toMatchObject({ category: null })
    expect([store.ads.ad('shopping:i4'), store.ads.ad('standard:bare')]).toMatchObject([undefined, { category: null }])
    expect(store.ads.counts()).toEqual({ ads: 11, campaigns: 7, impressions: 0 })
  })

  test('another share; a catalog without prices: every bid is 1', () => {
    const store = temporaryStore()
    add(store, CATALOG)
    deriveAds(store, { share: 0.2 })
    expect(store.ads.campaign('standard:lamps')!.bid).toBe(0.2 * 20)
    const bare = temporaryStore()
    add(bare, [{ id: 'i', advertiser: 'a' }])
    expect(deriveAds(bare)).toMatchObject({ medianPrice: null, bidsFrom: { nothing: 1 } })
    expect(campaigns(bare)).toEqual({ 'standard:a': 1, 'shopping:a': 1 })
  })

  test('again it changes nothing, and the data stays what it was', () => {
    const store = temporaryStore()
    add(store, CATALOG)
    const hash = store.dataHash()
    deriveAds(store)
    const before = [[...store.ads.scanAds()], [...store.ads.scanCampaigns()]]
    expect(deriveAds(store).added).toEqual({ ads: 0, campaigns: 0 })
    expect([[...store.ads.scanAds()], [...store.ads.scanCampaigns()]]).toEqual(before)
    expect([store.adsVersion(), store.dataHash()]).toEqual([1, hash])
    const other = temporaryStore()
    add(other, CATALOG)
    deriveAds(other)
    expect([[...other.ads.scanAds()], [...other.ads.scanCampaigns()]]).toEqual(before)
  })

  test('after the catalog has grown what is new is added, and bids follow the prices', () => {
    const store = temporaryStore()
    add(store, CATALOG)
    deriveAds(store)
    const writer = store.writer()
    writer.ads.putAd('shopping:i1', { ...store.ads.ad('shopping:i1')!, status: 'paused' })
    writer.commit()
    add(store, [
      { id: 'i9', advertiser: 'lamps', price: 40 },
      { id: 'i10', advertiser: 'new', price: 4 },
      // it has found its advertiser, and another moves
      { id: 'i4', advertiser: 'two' },
      { id: 'i6', advertiser: 'lamps' },
    ])
    const ids = ['shopping:i1', 'shopping:i6'].map((name) => store.ads.ad(name)!.id)
    // a standard ad and campaign of new, its shopping campaign; ads of i9, i10 and i4
    expect(deriveAds(store)).toMatchObject({ ads: 4 + 10, added: { ads: 4, campaigns: 2 } })
    expect(store.ads.campaign('shopping:lamps')!.bid).toBe(0.05 * 30)
    expect(store.ads.campaign('shopping:two')!.bid).toBe(0.05 * 8)
    const [i1, i6] = ['shopping:i1', 'shopping:i6'].map((name) => store.ads.ad(name)!)
    expect([i1.id, i6.id]).toEqual(ids)
    expect([i1.status, i6.advertiser, i6.campaign]).toEqual([
      'paused',
      store.advertiserId('lamps'),
      store.ads.campaign('shopping:lamps')!.id,
    ])
  })

  test('are taken out again, and only they', () => {
    const store = temporaryStore()
    add(store, CATALOG)
    deriveAds(store)
    const writer = store.writer()
    const own = writer.ads.putCampaign('mine', campaign(1))
    writer.ads.putAd('mine', ad(own, 1))
    writer.commit()
    expect(removeDerived(store)).toEqual({ ads: 10, campaigns: 6, impressions: 0 })
    expect(store.ads.counts()).toEqual({ ads: 1, campaigns: 1, impressions: 0 })
    expect(store.ads.ad('mine')).toMatchObject({ id: 1, campaign: 1 })
  })
})

describe('refused', () => {
  const refusal = (work: () => unknown): UserError => {
    try {
      work()
    } catch (error) {
      if (error instanceof UserError) return error
      throw error
    }
    throw new Error('it was not refused')
  }

  test.each(['imported', 'world'] as const)(
    'where there are ads of origin %s, unless they are to be replaced',
    (origin) => {
      const store = temporaryStore()
      add(store, CATALOG)
      const writer = store.writer()
      const user = writer.user('u')
      const own = writer.ads.putCampaign('mine', campaign(1, { origin }))
      const shown = writer.ads.putAd('mine', ad(own, 1))
      const impression = {
        user,
        ad: shown,
        time: 1e9,
        position: null,
        propensity: null,
        clicked: true,
        converted: false,
      } as const
      writer.ads.addImpression({ ...impression, source: 'imported' })
      writer.commit()
      const { message, hint } = refusal(() => deriveAds(store))
      expect(message).toMatch(origin === 'imported' ? /already holds 1 imported ad\./ : /1 ad of a generated world\./)
      expect(hint).toContain('--replace')
      expect(store.ads.counts().ads).toBe(1)
      expect(deriveAds(store, { replace: true })).toMatchObject({
        ads: 10,
        added: { ads: 10, campaigns: 6 },
        removed: { ads: 1, campaigns: 1, impressions: 1 },
      })
      expect(store.ads.byOrigin()).toEqual({ derived: 10 })
      expect([...store.ads.scanAds()].map(([id]) => id)).toEqual(Array.from({ length: 10 }, (_, i) => i + 1))
    },
  )

  test('without advertisers, and with a share that is none', () => {
    const store = temporaryStore()
    add(store, [{ id: 'i', price: 2 }])
    expect(refusal(() => deriveAds(store)).hint).toContain('--advertiser')
    for (const share of [0, -1, 1.5, NaN]) expect(refusal(() => deriveAds(store, { share })).hint).toContain('--share')
  })

  test('while another process writes; nothing is half derived', () => {
    const store = temporaryStore()
    add(store, CATALOG)
    const beside = openStore(store.folder, { patience: 20 })
    const writer = store.writer()
    writer.user('u')
    expect(refusal(() => deriveAds(beside)).message).toBe('Another adseq process is writing to this workspace.')
    writer.commit()
    const broken = beside.writer.bind(beside)
    beside.writer = () => {
      const one = broken()
      one.commit = () => {
        throw new Error('the disk is full')
      }
      return one
    }
    expect(() => deriveAds(beside)).toThrow('the disk is full')
    expect(store.ads.counts()).toEqual({ ads: 0, campaigns: 0, impressions: 0 })
    beside.close()
  })
})
