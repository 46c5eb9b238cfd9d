import { expect, test } from 'vitest'
import { ads, workspace } from './ads-workspace.js'

/** ad,advertiser,item,campaign + column under test: a row, and why it is refused. */
const REFUSED: [reason: string, header: string, row: string, value?: string][] = [
  ['ad is empty', 'ad,advertiser,bid', ',a1,1', ''],
  ['ad is longer than 200 characters', 'ad,advertiser,bid', `${'x'.repeat(201)},a1,1`, 'x'.repeat(200)],
  ['item is not in the catalog', 'ad,item,bid', 'x,i9,1', 'i9'],
  ['item is longer than 200 characters', 'ad,advertiser,item,bid', `x,a1,${'y'.repeat(201)},1`, 'y'.repeat(200)],
  ['advertiser is not in the catalog', 'ad,advertiser,bid', 'x,a9,1', 'a9'],
  ['advertiser is not that of the item', 'ad,advertiser,item,bid', 'x,a1,i3,1', 'a1'],
  ['has neither advertiser nor item', 'ad,advertiser,item,bid', 'x,,,1'],
  ['has no advertiser, and its item has none', 'ad,item,bid', 'x,i4,1'],
  ['campaign is of another advertiser', 'ad,advertiser,campaign,bid', 'x,a2,of a1,1', 'of a1'],
  ['bid is empty, and its campaign is new', 'ad,advertiser,bid', 'x,a1,', ''],
  ['bid is not a number above 0', 'ad,advertiser,bid', 'x,a1,0', '0'],
  ['bid is not a number above 0', 'ad,advertiser,bid', 'x,a1,-2', '-2'],
  ['bid is not a number above 0', 'ad,advertiser,bid', 'x,a1,much', 'much'],
  ['bid_type is none of action, click, impression', 'ad,advertiser,bid,bid_type', 'x,a1,1,view', 'view'],
  ['daily_budget is not a number at least 0', 'ad,advertiser,bid,daily_budget', 'x,a1,1,-1', '-1'],
  ['daily_budget is not a number at least 0', 'ad,advertiser,bid,daily_budget', 'x,a1,1,1e999', '1e999'],
  ['pacing is none of even, fast', 'ad,advertiser,bid,pacing', 'x,a1,1,slow', 'slow'],
  ['status is none of active, paused, ended', 'ad,advertiser,bid,status', 'x,a1,1,asleep', 'asleep'],
  ['ad_status is none of active, paused', 'ad,advertiser,bid,ad_status', 'x,a1,1,ended', 'ended'],
  ['starts is not a time between 1990 and 2100', 'ad,advertiser,bid,starts', 'x,a1,1,soon', 'soon'],
  [
    'ends may begin with the day or the month: write 2025-01-31',
    'ad,advertiser,bid,ends',
    'x,a1,1,1/2/2025',
    '1/2/2025',
  ],
  ['ends before it starts', 'ad,advertiser,bid,starts,ends', 'x,a1,1,2025-02-02,2025-02-01', '2025-02-01'],
  ['countries is not a list: a|b or ["a","b"]', 'ad,advertiser,bid,countries', 'x,a1,1,"[""DE"""', '["DE"'],
  [
    'countries has more than 300 words, or one longer than 100 characters',
    'ad,advertiser,bid,countries',
    `x,a1,1,${Array.from({ length: 301 }, (_, i) => `c${i}`).join('|')}`,
  ],
  [
    'flags has more than 300 words, or one longer than 100 characters',
    'ad,advertiser,bid,flags',
    `x,a1,1,${'f'.repeat(101)}`,
  ],
  ['cap is not a whole number of at least 1', 'ad,advertiser,bid,cap,cap_days', 'x,a1,1,0,7', '0'],
  ['cap_days is not a whole number of at least 1', 'ad,advertiser,bid,cap,cap_days', 'x,a1,1,3,2.5', '2.5'],
  ['cap without cap_days', 'ad,advertiser,bid,cap,cap_days', 'x,a1,1,3,', '3'],
  ['cap_days without a cap', 'ad,advertiser,bid,cap_days', 'x,a1,1,3', '3'],
  [
    'exclude_buyers_days is not a whole number of at least 1',
    'ad,advertiser,bid,exclude_buyers_days',
    'x,a1,1,-3',
    '-3',
  ],
  ['wrong number of columns', 'ad,advertiser,bid', 'x,a1', '2 instead of 3'],
]

test.each(REFUSED)('refused: %s (%s: %s)', async (reason, header, row, value) => {
  const at = await workspace()
  await at.importAs('ads', at.file('known.csv', ['ad,advertiser,campaign,bid', 'k,a1,of a1,1']))
  const before = at.read((store) => [[...store.ads.scanAds()], [...store.ads.scanCampaigns()]])
  const good = header
    .split(',')
    .map((column) => ({ ad: 'good', advertiser: 'a1', item: 'i1', campaign: 'of a1', bid: '1' })[column] ?? '')
  const { files } = await at.importAs('ads', at.file('ads.csv', [header, good.join(','), row]), { maxRejects: 1 })
  expect(files[0]).toMatchObject({ rows: 1, rejected: 1, reasons: { [reason]: 1 } })
  const [{ line, reason: told, value: blamed }] = at.rejects('ads.csv')
  expect([line, told]).toEqual([3, reason])
  if (value !== undefined) expect(blamed).toBe(value)
  const [allAds, allCampaigns] = at.read((store) => [[...store.ads.scanAds()], [...store.ads.scanCampaigns()]])
  expect([allAds.slice(0, 1), allCampaigns.slice(0, 1)]).toEqual(before)
  expect(ads(at, 'x')).toEqual([undefined])
})
