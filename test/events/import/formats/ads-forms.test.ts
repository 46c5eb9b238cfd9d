import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { ads, campaigns, workspace } from './ads-workspace.js'

describe('other forms', () => {
  const EXPECTED = { bid: 2, countries: ['DE', 'US'], flags: ['alcohol'], cap: 2, capDays: 1 }

  test('JSON lines: lists, parts of objects, columns that come late', async () => {
    const at = await workspace()
    const lines = [
      { ad: 'x', advertiser: 'a1', campaign: { id: 'c', bid: 2 }, countries: ['de', 'US'], flags: ['alcohol'] },
      { ad: 'x', cap: 2, cap_days: 1 },
      { ad: 'x', countries: [1] },
    ]
    const file = at.file(
      'ads.jsonl',
      lines.map((one) => JSON.stringify(one)),
    )
    const { files } = await at.importAs('ads', file, {
      maxRejects: 1,
      mapping: { columns: { bid: 'campaign.bid' }, eventTypes: {}, header: true },
    })
    expect(campaigns(at, 'c')).toMatchObject([EXPECTED])
    expect(files[0].reasons).toEqual({ 'countries is not a list of words': 1 })
  })

  test('ids that pandas has written as floats beside missing ones', async () => {
    const at = await workspace()
    await at.import(at.file('numbers.csv', ['item_id,advertiser_id', '17,a1', '18,a1', '18.0,a2']))
    await at.importAs('ads', at.file('ads.csv', ['ad,advertiser,item,bid', 'x,a1,17.0,1', 'y,a1,,1', 'z,a2,18.0,1']))
    const items = at.read((store) => ['17', '18.0'].map((name) => store.itemId(name)))
    expect(ads(at, 'x', 'y', 'z')).toMatchObject([{ item: items[0] }, { item: null }, { item: items[1] }])
  })

  test('Parquet', async () => {
    const at = await workspace()
    const columnData = [
      { name: 'ad', data: ['x', 'y'], type: 'STRING' as const },
      { name: 'advertiser', data: ['a1', null], type: 'STRING' as const },
      { name: 'item', data: [null, 'i3'], type: 'STRING' as const },
      { name: 'campaign', data: ['c', null], type: 'STRING' as const },
      { name: 'bid', data: [2, 0.5], type: 'DOUBLE' as const },
      { name: 'countries', data: ['DE|US', null], type: 'STRING' as const },
      { name: 'flags', data: ['alcohol', null], type: 'STRING' as const },
      { name: 'cap', data: [2, null], type: 'DOUBLE' as const },
      { name: 'cap_days', data: [1n, null], type: 'INT64' as const },
      { name: 'starts', data: [new Date(Date.UTC(2025, 0, 1)), null], type: 'TIMESTAMP' as const },
    ]
    await at.importAs('ads', at.file('ads.parquet', Buffer.from(parquetWriteBuffer({ columnData }))))
    expect(campaigns(at, 'c', 'y')).toMatchObject([
      { ...EXPECTED, starts: Date.UTC(2025, 0, 1) / 1000 },
      { bid: 0.5, advertiser: 2, countries: null, cap: null },
    ])
  })

  test.each([
    ['DE,fr , US', ['DE', 'FR', 'US']],
    ['DE; FR', ['DE', 'FR']],
    ['Korea, Republic of|Japan', ['Korea, Republic of', 'Japan']],
    ['|DE||DE|', ['DE']],
    ['[]', null],
  ])('countries as %s', async (text, expected) => {
    const at = await workspace()
    await at.importAs('ads', at.file('ads.csv', ['ad,advertiser,bid,countries', `x,a1,1,"${text}"`]))
    expect(campaigns(at, 'x')[0]!.countries).toEqual(expected)
  })

  test.each([
    ['31.1.2025', Date.UTC(2025, 0, 31)],
    ['20250131', Date.UTC(2025, 0, 31)],
    ['1/31/2025', Date.UTC(2025, 0, 31)],
    ['1738281600000', Date.UTC(2025, 0, 31)],
  ])('a flight from and to %s', async (text, moment) => {
    const at = await workspace()
    const { files } = await at.importAs(
      'ads',
      at.file('ads.csv', ['ad,advertiser,bid,starts,ends', `x,a1,1,${text},${text}`]),
      {
        maxRejects: 1,
      },
    )
    // a moment is no day: as both it is an empty flight
    if (text.length === 13) expect(files[0].reasons).toEqual({ 'ends before it starts': 1 })
    else expect(campaigns(at, 'x')).toMatchObject([{ starts: moment / 1000, ends: moment / 1000 + 86_400 }])
  })
})
