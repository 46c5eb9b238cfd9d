import { describe, expect, test } from 'vitest'
import { ImportFolder } from '../workspace.js'
import { ads, campaigns, FULL, workspace } from './ads-workspace.js'

test('a row an ad, its campaign beside it: every column', async () => {
  const at = await workspace()
  const result = await at.importAs('ads', at.file('ads.csv', FULL))
  expect(result.ads).toEqual({ ads: 3, campaigns: 2, impressions: 0, byOrigin: { imported: 3 } })
  expect(campaigns(at, 'spring', 'autumn')).toEqual([
    {
      id: 1,
      externalId: 'spring',
      advertiser: 1,
      status: 'active',
      bid: 2.5,
      bidType: 'action',
      dailyBudget: 100,
      pacing: 'even',
      starts: Date.UTC(2025, 2, 1) / 1000,
      // the last day is one of its days
      ends: Date.UTC(2025, 5, 1) / 1000,
      countries: ['DE', 'FR'],
      flags: ['health'],
      cap: 3,
      capDays: 7,
      excludeBuyersDays: 30,
      origin: 'imported',
    },
    {
      id: 2,
      externalId: 'autumn',
      advertiser: 2,
      status: 'paused',
      bid: 1200.5,
      bidType: 'click',
      dailyBudget: null,
      pacing: 'fast',
      starts: 1740787200,
      ends: Date.UTC(2025, 11, 24, 18) / 1000,
      countries: ['US'],
      flags: null,
      cap: null,
      capDays: null,
      excludeBuyersDays: null,
      origin: 'imported',
    },
  ])
  const [one, two] = [
    { campaign: 1, advertiser: 1 },
    { campaign: 2, advertiser: 2 },
  ]
  expect(ads(at, 'brand', 'lamp', 'soil')).toEqual([
    {
      id: 1,
      externalId: 'brand',
      ...one,
      item: null,
      title: 'All our lamps',
      category: 'Home/Lamps',
      status: 'active',
    },
    { id: 2, externalId: 'lamp', ...one, item: 1, title: null, category: null, status: 'paused' },
    { id: 3, externalId: 'soil', ...two, item: 3, title: 'Soil!', category: 'Garden', status: 'active' },
  ])
})

test('the least that an ad can be: an item or an advertiser, and a bid; its campaign is named like it', async () => {
  const at = await workspace()
  await at.importAs('ads', at.file('ads.csv', ['ad,advertiser,item,bid', 'shop,a2,,1', 'lamp,,i1,2', 'orphan,a1,i4,3']))
  expect(campaigns(at, 'shop', 'lamp', 'orphan')).toMatchObject([
    { advertiser: 2, bid: 1, bidType: 'action', pacing: 'even', status: 'active', dailyBudget: null, countries: null },
    { advertiser: 1, bid: 2 },
    { advertiser: 1, bid: 3 },
  ])
  expect(ads(at, 'shop', 'lamp', 'orphan')).toMatchObject([{ item: null }, { item: 1 }, { item: 4, advertiser: 1 }])
})

test('neither the catalog nor the hash of the data changes', async () => {
  const at = await workspace()
  const before = at.read((store) => [store.dataHash(), store.counts()])
  await at.importAs('ads', at.file('ads.csv', FULL))
  expect(at.read((store) => [store.dataHash(), store.counts()])).toEqual(before)
})

describe('a later file', () => {
  test('updates what it speaks of: an empty field changes nothing, none takes a limit away', async () => {
    const at = await workspace()
    await at.importAs('ads', at.file('ads.csv', FULL))
    await at.importAs(
      'ads',
      at.file('later.csv', [
        'ad,title,daily_budget,countries,cap,ends,bid,status',
        'brand,,none,none,none,,3,paused',
        'soil,none,5,,,,,',
      ]),
    )
    const [spring, autumn] = campaigns(at, 'spring', 'autumn')
    expect(spring).toMatchObject({
      id: 1,
      bid: 3,
      status: 'paused',
      dailyBudget: null,
      countries: null,
      cap: null,
      capDays: null,
      ends: Date.UTC(2025, 5, 1) / 1000,
      flags: ['health'],
    })
    expect(autumn).toMatchObject({ bid: 1200.5, dailyBudget: 5 })
    expect(ads(at, 'brand', 'soil')).toMatchObject([{ title: 'All our lamps' }, { title: null, item: 3 }])
    expect(at.read((store) => store.ads.counts())).toEqual({ ads: 3, campaigns: 2, impressions: 0 })
  })

  test('is checked against what is known: an end before the known start is refused', async () => {
    const at = await workspace()
    await at.importAs('ads', at.file('ads.csv', FULL))
    const { files } = await at.importAs('ads', at.file('l.csv', ['ad,ends', 'brand,2025-02-01']), { maxRejects: 1 })
    expect(files[0].reasons).toEqual({ 'ends before it starts': 1 })
  })

  test('moves an ad to another campaign, not to one of another advertiser', async () => {
    const at = await workspace()
    await at.importAs('ads', at.file('ads.csv', FULL))
    const { files } = await at.importAs(
      'ads',
      at.file('l.csv', ['ad,campaign,bid', 'brand,summer,1', 'lamp,autumn,1']),
      { maxRejects: 1 },
    )
    expect(files[0].reasons).toEqual({ 'campaign is of another advertiser': 1 })
    expect(ads(at, 'brand', 'lamp')).toMatchObject([{ campaign: 3 }, { campaign: 1 }])
  })

  test('the same file adds nothing and leaves the version; the same rows in another file change nothing', async () => {
    const at = await workspace()
    const file = at.file('ads.csv', FULL)
    await at.importAs('ads', file)
    const version = at.read((store) => store.adsVersion())
    expect((await at.importAs('ads', file)).files[0].status).toBe('already imported')
    expect((await at.importAs('csv', file)).files[0].status).toBe('already imported')
    await at.importAs('ads', at.file('again.csv', [FULL[0], ...FULL.slice(1).reverse()]))
    expect(at.read((store) => store.adsVersion())).toBe(version)
  })
})

test('rows of a campaign that disagree: the last one counts, and it is said', async () => {
  const at = await workspace()
  const { files } = await at.importAs(
    'ads',
    at.file('ads.csv', ['ad,advertiser,campaign,bid,status', 'x,a1,c,1,active', 'y,a1,c,2,paused', 'z,a1,c,2,']),
  )
  expect(campaigns(at, 'c')).toMatchObject([{ bid: 2, status: 'paused' }])
  expect(files[0].notes).toEqual([
    'ads.csv: rows of 1 campaign disagree (c: bid, status); the last one counts. A single ad is paused by ad_status.',
  ])
})

test('columns under other names, and those that are not read are named', async () => {
  const at = await workspace()
  await at.importAs(
    'ads',
    at.file('ads.csv', [
      'Ad ID;Advertiser-Id;productID;Max Bid;Start Date;Country;colour',
      'x;a1;i1;1;2025-01-02;de;red',
    ]),
  )
  expect(campaigns(at, 'x')).toMatchObject([{ bid: 1, starts: Date.UTC(2025, 0, 2) / 1000, countries: ['DE'] }])
  expect(at.lines).toContain('ads.csv: columns that are not read: colour.')
})

describe('the mapping', () => {
  const map = (columns: Record<string, string>) => ({ mapping: { columns, eventTypes: {}, header: true } })

  test('goes before names that look like ours', async () => {
    const at = await workspace()
    const file = at.file('ads.csv', ['ad,seller,bid,max', 'x,a1,7,9'])
    await at.importAs('ads', file, map({ advertiser: 'seller', bid: 'max' }))
    expect(campaigns(at, 'x')).toMatchObject([{ advertiser: 1, bid: 9 }])
  })

  test('of a column that is not there, and of one that adseq does not read, is refused before anything is stored', async () => {
    const at = await workspace()
    const file = at.file('ads.csv', ['ad,seller,bid', 'x,a1,7'])
    await expect(at.importAs('ads', file, map({ advertiser: 'seler' }))).rejects.toMatchObject({
      message: 'ads.csv has no column seler, which advertiser is mapped to.',
      hint: 'Did you mean --map advertiser=seller?',
    })
    await expect(at.importAs('ads', file, map({ advertisr: 'seller' }))).rejects.toMatchObject({
      message: 'The mapping names a column advertisr, which adseq does not read.',
      hint: 'Did you mean advertiser? It goes: ours=theirs.',
    })
    await expect(at.importAs('csv', file, map({ bid: 'bid' }))).rejects.toThrow(/column bid/)
  })
})

test('a file without ads, and impressions given as ads, are refused with what to do', async () => {
  const at = await workspace()
  await expect(at.importAs('ads', at.file('o.csv', ['add,bid', 'x,1']))).rejects.toMatchObject({
    message: 'o.csv has no column ad, the id of an ad. Its columns: add, bid.',
    hint: 'Name the column that holds it: --map ad=add',
  })
  const shown = at.file('shown.csv', ['user,ad,time', 'u1,x,2025-01-01'])
  await expect(at.importAs('ads', shown)).rejects.toMatchObject({ hint: `adseq import impressions ${shown}` })
})

test('too many unknown items stop the import, and say what to import first', async () => {
  const at = await workspace()
  await expect(at.importAs('ads', at.file('a.csv', ['ad,item,bid', 'x,i8,1', 'y,i9,1']))).rejects.toMatchObject({
    message: expect.stringContaining('item is not in the catalog: 2') as string,
    hint: expect.stringContaining('adseq import csv items.csv') as string,
  })
  expect(at.read((store) => store.ads.counts().ads)).toBe(0)
})

test('among events, items and users files of ads and impressions are told by their columns, and come last', async () => {
  const at = new ImportFolder()
  const files = [
    at.file('shown.csv', ['user,ad,time', 'u1,x,1700000000']),
    at.file('ads.csv', ['ad,item,campaign,bid', 'x,i1,c,1']),
    at.file('events.csv', ['user_id,item_id,event_type,timestamp', 'u1,i1,view,1700000000']),
    at.file('items.csv', ['item_id,advertiser_id', 'i1,a1']),
  ]
  const result = await at.importAs('csv', files)
  expect(result.files.map(({ kind, rows }) => [kind, rows])).toEqual([
    ['items', 1],
    ['events', 1],
    ['ads', 1],
    ['impressions', 1],
  ])
  expect(result.ads).toMatchObject({ ads: 1, campaigns: 1, impressions: 1 })
  // what is beside an event stays beside it
  const log = at.file('log.csv', [
    'user_id,item_id,event_type,timestamp,ad,campaign,bid',
    'u1,i1,view,1700000001,x,c,1',
  ])
  expect((await at.importAs('csv', log)).files.map(({ kind }) => kind)).toEqual(['events'])
})

test('--describe counts them and writes nothing', async () => {
  const at = await workspace()
  const found = await at.describe('ads', at.file('ads.csv', [...FULL, 'x,a1,,,,spring,no,,,,,,,,,,,,']))
  expect(found).toMatchObject({ ads: 3, campaigns: 2, impressions: 0, rejectShare: 0.25 })
  expect(at.read((store) => store.ads.counts().ads)).toBe(0)
})
