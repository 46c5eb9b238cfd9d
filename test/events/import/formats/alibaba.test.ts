import { expect, test } from 'vitest'
import { guessFormats } from '../../../../src/events/import/plan.js'
import { archive } from '../workbook.js'
import { ImportFolder } from '../workspace.js'

const OPTIONS = {
  mapping: { columns: {}, eventTypes: {}, header: true },
  evaluation: { cutoff: 'auto', windowDays: 30 },
} as const

test('Taobao: no header; favourites are skipped, times outside of the nine days rejected', async () => {
  const at = new ImportFolder()
  const good = Array.from({ length: 40 }, (_, i) => `9,${i},5,pv,${1_511_600_000 + i}`)
  const lines = [
    '1,2268318,2520377,pv,1511544070',
    '1,2333346,2520771,fav,1511561733',
    '1,2576651,149192,cart,1511572885',
    '1,3830808,4181361,buy,1512316799',
    '1,4365585,2520377,pv,1512316800',
    ...good,
  ]
  const result = await at.importAs(
    'taobao',
    at.file('UserBehavior.csv.zip', archive({ 'UserBehavior.csv': `${lines.join('\n')}\n100,3,4,pv,2037` })),
  )
  expect(at.events().slice(0, 3)).toEqual([
    '1 2268318 - view 0 1511544070',
    '1 2576651 - add_to_cart 0 1511572885',
    '1 3830808 - checkout 0 1512316799',
  ])
  expect(at.items()[0]).toBe('2268318 - 2520377 - -')
  // the last line is cut: 2037 is no time of 2017
  expect(result.files[0]).toMatchObject({
    rows: 43,
    skips: { 'behavior fav': 1 },
    reasons: { 'time outside of 25 November to 3 December 2017': 2 },
  })
})

test('Taobao: the category as advertiser', async () => {
  const at = new ImportFolder()
  await at.importAs('taobao', at.file('UserBehavior.csv', ['1,2268318,2520377,fav,1511544070']), {
    advertiser: 'category',
    mapping: { columns: {}, eventTypes: { fav: 'click' }, header: true },
  })
  expect(at.events()).toEqual(['1 2268318 2520377 click 0 1511544070'])
})

const midnight = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / 1000

test(
  'Tmall, files of the contest: days without a year, the leading zero lost; actions are numbers; merchants are ' +
    'advertisers',
  async () => {
    const at = new ImportFolder()
    const log = at.file('user_log_format1.csv', [
      'user_id,item_id,cat_id,seller_id,brand_id,time_stamp,action_type',
      '328862,323294,833,2882,2661.0,829,0',
      '328862,323294,833,2882,2661.0,829,1',
      '328862,844400,1271,2882,,1111,2',
      '328862,844400,1271,2882,,1111,3',
      '328862,844400,1271,2882,,1131,0',
    ])
    const users = at.file('user_info_format1.csv', ['user_id,age_range,gender', '328862,6.0,1', '376517,,'])
    const result = await at.importAs('tmall', [log, users], { maxRejects: 0.5 })
    expect(at.events()).toEqual([
      `328862 323294 2882 view 0 ${midnight(2014, 8, 29)}`,
      `328862 323294 2882 add_to_cart 0 ${midnight(2014, 8, 29)}`,
      `328862 844400 2882 checkout 0 ${midnight(2014, 11, 11)}`,
    ])
    expect(at.items()).toEqual(['323294 2882 833 - -', '844400 2882 1271 - -'])
    expect(at.read((store) => store.user(store.userId('328862')!)?.attributes)).toEqual({
      age_range: '6.0',
      gender: '1',
    })
    expect(at.lines.join()).toContain(
      'Days are taken for days of 2014, as the log names no year; --year names another.',
    )
    expect(result.files[1]).toMatchObject({
      kind: 'events',
      skips: { 'action 3 (favourite)': 1 },
      reasons: { 'no day of 2014': 1 },
    })
  },
)

test('Tmall, month and day in columns of their own, in another year; brands as advertisers', async () => {
  const at = new ImportFolder()
  await at.importAs(
    'tmall',
    at.file('user_log.csv', [
      'user_id,item_id,cat_id,merchant_id,brand_id,month,day,action,age_range,gender,province',
      '328862,323294,833,2882,2661,08,29,0,0,1,Jilin',
      '328862,1,833,2882,,2,9,2,0,1,Jilin',
    ]),
    { year: 2015, advertiser: 'brand' },
  )
  expect(at.events()).toEqual([
    `328862 323294 2661 view 0 ${midnight(2015, 8, 29)}`,
    `328862 1 - checkout 0 ${midnight(2015, 2, 9)}`,
  ])
})

test.each<[string, string[], string[]]>([
  [
    'of the contest',
    ['328862,323294,833,2882,2661,829,0', '328862,844400,1271,2882,,1111,2', '1,2,3,4,5.0,1231,3'],
    [`328862 323294 2882 view 0 ${midnight(2014, 8, 29)}`, `328862 844400 2882 checkout 0 ${midnight(2014, 11, 11)}`],
  ],
  [
    'with month and day apart',
    ['328862,323294,833,2882,2661,08,29,0,0,1,内蒙古', '328862,844400,1271,2882,2661,11,11,2,0,1,山西'],
    [`328862 323294 2882 view 0 ${midnight(2014, 8, 29)}`, `328862 844400 2882 checkout 0 ${midnight(2014, 11, 11)}`],
  ],
])('Tmall without the line of names, %s: every line is a row', async (_, lines, events) => {
  const at = new ImportFolder()
  const file = at.file('small_user_log.csv', lines)
  const result = await at.importAs('tmall', file)
  expect(at.events()).toEqual(events)
  expect(result.files[0].rejected).toBe(0)
  expect(await guessFormats(file, OPTIONS)).toEqual(['tmall'])
})

test('other numbers are no log of Tmall', async () => {
  const at = new ImportFolder()
  for (const line of ['1,2,3,4,5,1340,0', '1,2,3,4,5,829,7', '1,2,3,x,5,829,0', '1,2,3,4,5,6', '1,2,3,4,5,13,1,0'])
    expect(await guessFormats(at.file('f.csv', [line]), OPTIONS), line).toEqual(['csv'])
})
