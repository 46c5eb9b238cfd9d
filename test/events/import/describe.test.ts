import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { descriptionText } from '../../../src/events/import/describe.js'
import { IdSet } from '../../../src/events/import/id-set.js'
import { guessFormats } from '../../../src/events/import/plan.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606
const OPTIONS = {
  mapping: { columns: {}, eventTypes: {}, header: true },
  evaluation: { cutoff: 'auto', windowDays: 30 },
  say: () => undefined,
} as const

test('says what an import would bring, and writes nothing', async () => {
  const at = new ImportFolder()
  const files = [
    at.file('e.csv', [
      'user_id,item_id,event_type,timestamp',
      `u1,i1,view,${T}`,
      `u1,i2,checkout,${T + 9}`,
      `u2,i1,view,${T - 1}`,
      `u2,i3,like,${T}`,
      'u2,i3,view,never',
    ]),
    at.file('i.csv', ['item_id,advertiser_id,category,price,title', 'i1,a,C,1,', 'i9,b,,,']),
    at.file('u.csv', ['user_id,age', 'u1,30', 'u7,40']),
  ]
  const found = await at.describe('csv', files, {
    mapping: { columns: {}, eventTypes: { like: 'skip' }, header: true },
  })
  expect(found).toMatchObject({
    events: { view: 2, checkout: 1 },
    users: 3,
    usersWithAttributes: 1,
    items: 3,
    advertisers: 2,
    first: '2017-01-01T11:53:25Z',
    last: '2017-01-01T11:53:35Z',
    coverage: { catalog: 1 / 2, advertiser: 1 / 2, category: 1 / 2, price: 1 / 2, title: 0 },
    rejectShare: 1 / 9,
  })
  expect(found.files.map(({ kind, rows, skips, reasons }) => [kind, rows, skips, reasons])).toEqual([
    ['items', 2, {}, {}],
    ['users', 2, {}, {}],
    ['events', 3, { 'event type like': 1 }, { 'timestamp is not a time in unix seconds between 1990 and 2100': 1 }],
  ])
  expect(existsSync(at.workspace)).toBe(false)
  const text = descriptionText(found).join('\n')
  expect(text).toContain('events:      3 (view 2, checkout 1)')
  expect(text).toContain('in a catalog file 50.0 %')
})

test('a catalog that is folded is described as of its moment', async () => {
  const at = new ImportFolder()
  const files = [
    at.file('e.csv', ['timestamp,visitorid,event,itemid,transactionid', `${T}000,1,view,5,`]),
    at.file('p.csv', ['timestamp,itemid,property,value', `${T - 9}000,5,790,n1.5`, `${T - 9}000,6,categoryid,1`]),
  ]
  const found = await at.describe('retailrocket', files, { asOf: T })
  expect(found).toMatchObject({ items: 2, coverage: { catalog: 1, price: 1, category: 0 } })
  expect(await at.describe('retailrocket', files, { asOf: T - 10 })).toMatchObject({
    items: 1,
    coverage: { catalog: 0 },
  })
})

test('ids are counted once, also when there are many', () => {
  const ids = new IdSet()
  for (let round = 0; round < 2; round++) for (let i = 0; i < 50_000; i++) expect(ids.add(`item-${i}`)).toBe(i)
  expect(ids.count).toBe(50_000)
})

test('the format of files is guessed by what is in them', async () => {
  const at = new ImportFolder()
  const guess = async (...lines: string[]): Promise<string[]> => guessFormats(at.file('f', lines), OPTIONS)
  expect(await guess('1::1193::5::978300760')).toEqual(['movielens'])
  expect(
    await guess('event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session'),
  ).toEqual(['rees46'])
  expect(await guess('{"reviewerID":"A","asin":"B","unixReviewTime":1}')).toEqual(['amazon'])
  expect(await guess('1,2268318,2520377,pv,1511544070')).toEqual(['taobao'])
  expect(await guess('user_id,item_id,event_type,timestamp')).toEqual(['csv'])
  expect(await guess('{"user_id":"u","item_id":"i"}')).toEqual(['jsonl'])
})

test.each([
  ['retailrocet', ['a'], {}, 'There is no format retailrocet.', 'Did you mean adseq import retailrocket?'],
  [
    'rees46',
    ['timestamp,visitorid,event,itemid,transactionid', '1,2,view,3,'],
    {},
    'is no file of rees46. It begins with: timestamp, visitorid',
    'It looks like retailrocket: adseq import retailrocket',
  ],
  ['tmall', ['a,b', '1,2'], {}, 'is no file of tmall. It begins with: a, b.', 'Give user_log_format1.csv'],
  [
    'taobao',
    ['1,2268318,2520377,pv,1511544070'],
    { year: 2014 },
    '--year says nothing to taobao.',
    'taobao has --advertiser',
  ],
  [
    'taobao',
    ['1,2268318,2520377,pv,1511544070'],
    { advertiser: 'brand' },
    'taobao has no advertiser brand.',
    'none, category',
  ],
  [
    'movielens',
    ['1::1193::5::978300760'],
    { mapping: { columns: {}, eventTypes: { a: 'view' }, header: true } },
    '--event-type says nothing to movielens',
    'Leave it out',
  ],
] as const)('%s %j: refused', async (format, lines, options, message, hint) => {
  const at = new ImportFolder()
  const path = at.file('file.csv', [...lines])
  await expect(at.importAs(format, path, options)).rejects.toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  })
  expect(existsSync(at.workspace)).toBe(false)
})
