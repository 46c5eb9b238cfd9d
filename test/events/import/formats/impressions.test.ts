import { describe, expect, test } from 'vitest'
import { Interrupted } from '../../../../src/core/errors.js'
import { stopWhen } from '../workspace.js'
import { FULL, workspace } from './ads-workspace.js'

describe('impressions', () => {
  const shown = async () => {
    const at = await workspace()
    await at.importAs('ads', at.file('ads.csv', FULL))
    return at
  }
  const HEADER = 'user,ad,time,position,propensity,clicked,converted,spend'

  test('every column; what they cost is spent on their day', async () => {
    const at = await shown()
    const result = await at.importAs(
      'impressions',
      at.file('shown.csv', [
        HEADER,
        'u1,lamp,1740830400,1,0.25,1,false,0.5',
        'u2,lamp,2025-03-01T23:59:59Z,0,1,no,yes,0.25',
        'u2,brand,2025-03-02T00:00:00Z,,,,,1',
        'u2,soil,2025-03-01 12:00,2.0,,0,0,',
        'u2,soil,2025-03-01 12:00,2.0,,0,0,',
      ]),
    )
    expect(result.ads).toMatchObject({ impressions: 5 })
    const noon = Date.UTC(2025, 2, 1, 12) / 1000
    expect(at.read((store) => [...store.ads.scanImpressions()])).toEqual([
      [1, 1, 2, noon, 1, 0.25, 1, 0],
      [2, 2, 2, noon + 43_199, 0, 1, 0, 1],
      [3, 2, 1, noon + 43_200, null, null, 0, 0],
      [4, 2, 3, noon, 2, null, 0, 0],
      [5, 2, 3, noon, 2, null, 0, 0],
    ])
    const day = Math.floor(noon / 86_400)
    expect(at.read((store) => [store.ads.spentOn(day), store.ads.spentOn(day + 1)])).toEqual([[[1, 0.75]], [[1, 1]]])
  })

  test.each<[string, string, string?]>([
    ['user is empty', ',lamp,1740830400,,,,,', ''],
    ['user is not known: no events or attributes', 'u9,lamp,1740830400,,,,,', 'u9'],
    ['ad is not known', 'u1,lamb,1740830400,,,,,', 'lamb'],
    ['time is empty', 'u1,lamp,,,,,,', ''],
    ['time is not a time between 1990 and 2100', 'u1,lamp,1234,,,,,', '1234'],
    ['time may begin with the day or the month: write 2025-01-31', 'u1,lamp,3/4/2025,,,,,', '3/4/2025'],
    ['position is not a whole number of at least 0', 'u1,lamp,1740830400,-1,,,,', '-1'],
    ['propensity is not a probability above 0 and up to 1', 'u1,lamp,1740830400,,0,,,', '0'],
    ['propensity is not a probability above 0 and up to 1', 'u1,lamp,1740830400,,1.1,,,', '1.1'],
    ['clicked is neither 0 nor 1', 'u1,lamp,1740830400,,,2,,', '2'],
    ['converted is neither 0 nor 1', 'u1,lamp,1740830400,,,,maybe,', 'maybe'],
    ['spend is not a number at least 0', 'u1,lamp,1740830400,,,,,-1', '-1'],
    ["is later than this machine's clock", 'u1,lamp,2099-01-01,,,,,', undefined],
  ])('refused: %s (%s)', async (reason, row, value) => {
    const at = await shown()
    const { files } = await at.importAs('impressions', at.file('shown.csv', [HEADER, row]), { maxRejects: 1 })
    expect(files[0].reasons).toEqual({ [reason]: 1 })
    expect(at.rejects('shown.csv')).toEqual([{ line: 2, reason, ...(value === undefined ? {} : { value }), row }])
    expect(at.read((store) => [store.ads.counts().impressions, store.adsVersion()])).toEqual([0, 1])
  })

  test('outside of --since and --until are skipped', async () => {
    const at = await shown()
    const rows = ['u1,lamp,2025-03-01', 'u1,lamp,2025-03-02', 'u1,lamp,2025-03-03'].map((row) => `${row},,,,,1`)
    const day = Date.UTC(2025, 2, 2) / 1000
    const { files } = await at.importAs('impressions', at.file('shown.csv', [HEADER, ...rows]), {
      since: day,
      until: day + 86_400,
    })
    expect(files[0]).toMatchObject({ rows: 1, skipped: 2 })
    expect(at.read((store) => [...store.ads.scanImpressions()].map(([, , , time]) => time))).toEqual([day])
  })

  test('a log that has grown goes on where it was: no impression twice, no cost twice', async () => {
    const at = await shown()
    const rows = [HEADER, 'u1,lamp,1740830400,,,,,1', 'u2,lamp,1740830401,,,,,1']
    await at.importAs('impressions', at.file('shown.csv', rows))
    const { files } = await at.importAs('impressions', at.file('shown.csv', [...rows, 'u1,brand,1740830402,,,,,4']))
    expect(files[0]).toMatchObject({ status: 'continued', rows: 1 })
    expect(at.read((store) => store.ads.spentOn(Math.floor(1740830400 / 86_400)))).toEqual([[1, 6]])
  })
})

test('interrupted after each batch and run again: the ads, impressions and spend of an import that was not', async () => {
  const lines = ['ad,advertiser,item,campaign,bid,countries']
  const shown = ['user,ad,time,spend']
  for (let i = 0; i < 500; i++) {
    lines.push(
      i % 7 === 0
        ? `ad${i},a9,,c,1,`
        : `ad${i % 90},${i % 2 ? 'a1,i1' : 'a2,i3'},c${i % 2}${i % 20},${1 + (i % 13)},DE|US`,
    )
    shown.push(i % 11 === 0 ? `u${i},ad1,1740830400,1` : `u1,ad${1 + (i % 3)},${1740830400 + i * 1000},0.25`)
  }
  const make = async (stop: boolean) => {
    const at = await workspace()
    for (const [format, name, content] of [
      ['ads', 'ads.csv', lines],
      ['impressions', 'shown.csv', shown],
    ] as const) {
      const file = at.file(name, [...content])
      const options = { maxRejects: 1, batch: 37 }
      for (let i = 0; stop && i < 12; i++)
        await expect(
          at.importAs(format, file, { ...options, ...stopWhen(i === 0 ? 'import' : 'resume') }),
        ).rejects.toThrow(Interrupted)
      const { files } = await at.importAs(format, file, options)
      expect(files[0].status).toBe(stop ? 'resumed' : 'imported')
    }
    return at.read((store) => ({
      ads: [...store.ads.scanAds()],
      campaigns: [...store.ads.scanCampaigns()],
      impressions: [...store.ads.scanImpressions()],
      spend: Array.from({ length: 9 }, (_, day) => store.ads.spentOn(20148 + day)),
      imports: store.imports.all().map(({ name, rows, rejected, reasons }) => ({ name, rows, rejected, reasons })),
    }))
  }
  const whole = await make(false)
  expect(await make(true)).toEqual(whole)
  expect(whole.impressions.length).toBe(500 - 46)
  expect(whole.spend.flat().reduce((sum, [, amount]) => sum + amount, 0)).toBeCloseTo(0.25 * (500 - 46), 9)
})
