import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CampaignFields } from '../../src/store/ads.js'
import type { ImportRecord } from '../../src/store/imports.js'
import { openStore } from '../../src/store/open.js'
import { openDatabase } from '../../src/store/sqlite.js'
import type { Store } from '../../src/store/store.js'
import type { BulkWriter } from '../../src/store/writer.js'
import { ad, campaign } from './made-ads.js'
import { temporaryStore } from './temporary-store.js'

/** A store with a user, an item of an advertiser, and a campaign with a standard and a shopping ad. */
function filled(): { store: Store; writer: BulkWriter } {
  const store = temporaryStore()
  const writer = store.writer()
  const [user, item, shop] = [writer.user('u'), writer.item('lamp'), writer.advertiser('shop')]
  writer.setItem(item, { advertiser: shop, title: 'Lamp', category: 'Home/Lamps' })
  const id = writer.ads.putCampaign('c', campaign(shop, { countries: ['DE', 'FR'], cap: 3, capDays: 7 }))
  writer.ads.putAd('brand', ad(id, shop, { title: 'All of it', category: 'Home' }))
  writer.ads.putAd('lamp ad', ad(id, shop, { item }))
  writer.ads.addImpression({
    user,
    ad: 2,
    time: 1_700_000_000,
    position: 1,
    propensity: 0.25,
    clicked: true,
    converted: false,
    source: 'imported',
  })
  writer.ads.addSpend(id, 19_675, 1.5)
  writer.commit()
  return { store, writer }
}

test('what was written is read: campaigns, ads, impressions, spend', () => {
  const { store } = filled()
  expect(store.ads.counts()).toEqual({ ads: 2, campaigns: 1, impressions: 1 })
  expect(store.ads.byOrigin()).toEqual({ imported: 2 })
  expect(store.ads.campaign('c')).toEqual({
    id: 1,
    externalId: 'c',
    ...campaign(1, { countries: ['DE', 'FR'], cap: 3, capDays: 7 }),
  })
  expect(store.ads.ad('lamp ad')).toEqual({ id: 2, externalId: 'lamp ad', ...ad(1, 1, { item: 1 }) })
  expect([store.ads.campaign('d'), store.ads.ad('d')]).toEqual([undefined, undefined])
  expect([...store.ads.scanCampaigns()]).toEqual([
    [1, 'active', 2, 'action', null, 'even', null, null, '["DE","FR"]', null, 3, 7, null, 'imported'],
  ])
  expect([...store.ads.scanAds()]).toEqual([
    [1, 1, 1, 0, 'Home', 'active'],
    [2, 1, 1, 1, null, 'active'],
  ])
  expect([...store.ads.scanImpressions()]).toEqual([[1, 1, 2, 1_700_000_000, 1, 0.25, 1, 0]])
  expect([...store.ads.scanImpressions(1)]).toEqual([])
  expect(store.ads.spentOn(19_675)).toEqual([[1, 1.5]])
  expect(store.ads.spentOn(19_676)).toEqual([])
})

test('scans go through pages of rows', () => {
  const { store, writer } = filled()
  for (let i = 0; i < 20_000; i++) writer.ads.putAd(`more ${i}`, ad(1, 1))
  writer.commit()
  expect([...store.ads.scanAds()].map(([id]) => id)).toEqual(Array.from({ length: 20_002 }, (_, i) => i + 1))
})

test('what a user was shown, by moment: after the first, up to the second', () => {
  const { store, writer } = filled()
  const shown = { user: 1, ad: 1, position: null, propensity: null, clicked: false, converted: false } as const
  for (const time of [300, 100, 200]) writer.ads.addImpression({ ...shown, time, source: 'simulated' })
  writer.ads.addImpression({ ...shown, user: writer.user('other'), time: 200, source: 'simulated' })
  writer.commit()
  expect(store.ads.shownTo(1, 100, 300)).toEqual([
    [1, 200],
    [1, 300],
  ])
})

test('a known campaign or ad becomes what is given, under the same id', () => {
  const { store, writer } = filled()
  const shop = writer.known('advertisers', 'shop')!
  expect(writer.ads.putCampaign('c', campaign(shop, { bid: 3, status: 'paused' }))).toBe(1)
  expect(writer.ads.putAd('brand', ad(1, shop, { status: 'paused' }))).toBe(1)
  writer.commit()
  expect(store.ads.campaign('c')).toMatchObject({ bid: 3, status: 'paused', countries: null, cap: null })
  expect(store.ads.ad('brand')).toMatchObject({ status: 'paused', title: null })
  expect(store.ads.counts()).toMatchObject({ ads: 2, campaigns: 1 })
})

test('spend of a day adds up', () => {
  const { store, writer } = filled()
  writer.ads.addSpend(1, 19_675, 0.25)
  writer.ads.addSpend(1, 19_676, 9)
  writer.commit()
  expect([store.ads.spentOn(19_675), store.ads.spentOn(19_676)]).toEqual([[[1, 1.75]], [[1, 9]]])
})

describe('the version of the ads', () => {
  test('is raised by each transaction that changes something, and by no other', () => {
    const { store, writer } = filled()
    expect(temporaryStore().adsVersion()).toBe(0)
    expect(store.adsVersion()).toBe(1)
    const shop = writer.known('advertisers', 'shop')!
    const changes: [() => unknown, number][] = [
      [() => writer.ads.putCampaign('c', campaign(shop, { countries: ['DE', 'FR'], cap: 3, capDays: 7 })), 1],
      [() => writer.ads.putAd('lamp ad', ad(1, shop, { item: 1 })), 1],
      [() => writer.user('another'), 1],
      [() => writer.ads.putAd('lamp ad', ad(1, shop, { item: 1, title: 'Bright' })), 2],
      [() => writer.ads.putCampaign('c', campaign(shop, { countries: ['DE'] })), 3],
      [() => writer.ads.putAd('new', ad(1, shop)), 4],
      [() => writer.ads.addSpend(1, 1, 1), 5],
      [() => writer.ads.remove(['derived']), 5],
      [() => writer.ads.remove(['imported']), 6],
    ]
    for (const [change, version] of changes) {
      change()
      writer.commit()
      expect(store.adsVersion()).toBe(version)
    }
  })

  test('of a transaction that was undone stays', () => {
    const { store, writer } = filled()
    writer.ads.addSpend(1, 1, 1)
    writer.rollback()
    writer.user('v')
    writer.commit()
    expect([store.adsVersion(), store.ads.spentOn(1)]).toEqual([1, []])
  })

  test('ads do not change the hash of the data', () => {
    const { store, writer } = filled()
    const before = store.dataHash()
    writer.ads.putAd('new', ad(1, 1))
    writer.commit()
    expect(store.dataHash()).toBe(before)
  })
})

test.each<[string, Partial<CampaignFields>]>([
  ['a bid of 0', { bid: 0 }],
  ['an end before the start', { starts: 10, ends: 10 }],
  ['a cap without its days', { cap: 3 }],
  ['days without a cap', { capDays: 3 }],
  ['a budget below 0', { dailyBudget: -1 }],
  ['an unknown status', { status: 'sleeping' as never }],
])('the database refuses %s', (_, fields) => {
  const writer = temporaryStore().writer()
  const shop = writer.advertiser('shop')
  expect(() => writer.ads.putCampaign('c', campaign(shop, fields))).toThrow(/CHECK/)
  writer.rollback()
})

test('ids of a transaction that was undone are given again, also where another process added some', () => {
  const { store, writer } = filled()
  writer.ads.putAd('lost', ad(1, 1))
  writer.rollback()
  const beside = openStore(store.folder)
  const other = beside.writer()
  expect(other.ads.putAd('theirs', ad(1, 1))).toBe(3)
  other.commit()
  beside.close()
  expect(writer.ads.putAd('ours', ad(1, 1))).toBe(4)
  writer.commit()
})

test('removing an origin takes its ads, spend and impressions; the rest is numbered anew, in its order', () => {
  const store = temporaryStore()
  const writer = store.writer()
  const [user, shop] = [writer.user('u'), writer.advertiser('shop')]
  const origins = ['derived', 'imported', 'world', 'derived', 'imported'] as const
  origins.forEach((origin, i) => {
    const id = writer.ads.putCampaign(`c${i}`, campaign(shop, { origin }))
    for (const j of [0, 1]) {
      const shown = writer.ads.putAd(`ad${i}${j}`, ad(id, shop, { title: `${i}${j}` }))
      writer.ads.addImpression({
        user,
        ad: shown,
        time: 100 * i + j,
        position: null,
        propensity: null,
        clicked: false,
        converted: false,
        source: 'imported',
      })
    }
    writer.ads.addSpend(id, 7, i + 1)
  })
  expect(writer.ads.remove(['derived'])).toEqual({ ads: 4, campaigns: 2, impressions: 4 })
  // numbering goes on where it is now
  expect(writer.ads.putCampaign('c9', campaign(shop))).toBe(4)
  writer.commit()
  const named = (names: string[]) => names.map((name) => store.ads.ad(name)).map((one) => one && [one.id, one.campaign])
  expect(named(['ad00', 'ad10', 'ad11', 'ad20', 'ad21', 'ad30', 'ad40', 'ad41'])).toEqual([
    undefined,
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    undefined,
    [5, 3],
    [6, 3],
  ])
  expect(['c0', 'c1', 'c2', 'c3', 'c4'].map((name) => store.ads.campaign(name)?.id)).toEqual([
    undefined,
    1,
    2,
    undefined,
    3,
  ])
  expect(store.ads.spentOn(7)).toEqual([
    [1, 2],
    [2, 3],
    [3, 5],
  ])
  expect([...store.ads.scanImpressions()].map(([, , shown, time]) => [shown, time])).toEqual([
    [1, 100],
    [2, 101],
    [3, 200],
    [4, 201],
    [5, 400],
    [6, 401],
  ])
})

describe('files of what was removed', () => {
  const shown = { user: 1, time: 1, position: null, propensity: null, clicked: false, converted: false } as const
  const record = (kind: string): ImportRecord => ({
    hash: kind,
    name: `${kind}.csv`,
    format: kind,
    kind,
    options: {},
    status: 'done',
    offset: 1,
    line: 1,
    rows: 1,
    skipped: 0,
    rejected: 0,
    reasons: {},
    started: 1,
  })
  /** Derived, imported and events; an impression of each kind of ad that is named. */
  function imported(...of: ('derived' | 'imported')[]): Store {
    const store = temporaryStore()
    const writer = store.writer()
    const [shop] = [writer.advertiser('shop'), writer.user('u')]
    for (const origin of ['derived', 'imported'] as const) {
      const id = writer.ads.putAd(origin, ad(writer.ads.putCampaign(origin, campaign(shop, { origin })), shop))
      if (of.includes(origin)) writer.ads.addImpression({ ...shown, ad: id, source: 'imported' })
    }
    writer.commit(() => ['events', 'ads', 'impressions'].forEach((kind) => store.imports.save(record(kind), undefined)))
    return store
  }
  const kept = (store: Store, origin: 'derived' | 'imported'): string[] => {
    const writer = store.writer()
    writer.ads.remove([origin])
    writer.commit()
    return store.imports.all().map(({ kind }) => kind)
  }

  test('are forgotten, so that they can be imported again', () => {
    expect(kept(imported('imported'), 'imported')).toEqual(['events'])
    expect(kept(imported('derived'), 'derived')).toEqual(['events', 'ads'])
  })

  test('are not, where a part of them is left: it would come twice', () => {
    expect(kept(imported('derived', 'imported'), 'imported')).toEqual(['events', 'impressions'])
    expect(kept(imported('imported'), 'derived')).toEqual(['events', 'ads', 'impressions'])
  })
})

test('the views read as plain words', () => {
  const { store, writer } = filled()
  writer.setAdvertiser(1, { name: 'The shop' })
  writer.ads.putCampaign('c', campaign(1, { status: 'paused', starts: 1_700_000_000, flags: ['health'] }))
  writer.commit()
  const db = openDatabase(join(store.folder, 'adseq.db'), { readonly: true })
  expect(db.prepare('SELECT * FROM v_ads WHERE item IS NOT NULL').all()).toEqual([
    {
      ad: 'lamp ad',
      kind: 'shopping',
      advertiser: 'shop',
      advertiser_name: 'The shop',
      item: 'lamp',
      title: 'Lamp',
      category: 'Home/Lamps',
      status: 'paused',
      campaign: 'c',
      bid: 2,
      bid_type: 'action',
      daily_budget: null,
      pacing: 'even',
      starts: '2023-11-14T22:13:20Z',
      ends: null,
      countries: null,
      flags: '["health"]',
      cap: null,
      cap_days: null,
      exclude_buyers_days: null,
      origin: 'imported',
    },
  ])
  expect(db.prepare('SELECT ad, kind, title, category FROM v_ads WHERE item IS NULL').all()).toEqual([
    { ad: 'brand', kind: 'standard', title: 'All of it', category: 'Home' },
  ])
  expect(db.prepare('SELECT * FROM v_impressions').all()).toEqual([
    {
      seq: 1,
      time: '2023-11-14T22:13:20Z',
      user: 'u',
      ad: 'lamp ad',
      campaign: 'c',
      advertiser: 'shop',
      item: 'lamp',
      position: 1,
      propensity: 0.25,
      clicked: 1,
      converted: 0,
      source: 'imported',
    },
  ])
  const plan = db.prepare("EXPLAIN QUERY PLAN SELECT * FROM v_impressions WHERE user = 'u'").all() as {
    detail: string
  }[]
  expect(plan.map(({ detail }) => detail).join('; ')).toMatch(/m USING INDEX impressions_by_user/)
  db.close()
})

test('what is known is found and nothing is made of what is not', () => {
  const { store, writer } = filled()
  expect([
    writer.known('users', 'u'),
    writer.known('users', 'nobody'),
    writer.known('items', 'lamp'),
    writer.known('items', 'lamp ad'),
    writer.advertiserOf(1),
    writer.advertiserOf(9),
  ]).toEqual([1, undefined, 1, undefined, 1, undefined])
  writer.commit()
  expect(store.counts()).toMatchObject({ users: 1, items: 1 })
})
