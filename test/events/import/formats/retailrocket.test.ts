import { expect, test } from 'vitest'
import { ImportFolder, stopWhen } from '../workspace.js'

const DAY = 86_400
const LAST = 1_442_545_187 // 2015-09-18T02:59:47Z
const ms = (daysBefore: number): string => `${(LAST - daysBefore * DAY) * 1000 + 788}`
const EVENTS = [
  'timestamp,visitorid,event,itemid,transactionid',
  `${ms(60)},257597,view,355908,`,
  `${ms(59)},257597,addtocart,355908,`,
  `${ms(58)},257597,transaction,355908,4000`,
  `${ms(0)},7,view,9,`,
]
// in no order of time, as in the files; three values after the cutoff, which is 30 days before the last event
const PART_1 = [
  'timestamp,itemid,property,value',
  `${ms(40)},355908,790,n15360.000`,
  `${ms(70)},355908,categoryid,1016`,
  `${ms(70)},355908,790,n9000.000`,
  `${ms(10)},355908,790,n1.000`,
  `${ms(50)},355908,available,1`,
  `${ms(29)},9,categoryid,213`,
]
const PART_2 = [
  'timestamp,itemid,property,value',
  `${ms(31)},355908,categoryid,809`,
  `${ms(5)},355908,categoryid,9`,
  `${ms(70)},355908,888,1116713 960601 n277.200`,
  `${ms(70)},460429,790,n552.000 639502 n720.000`,
]
const TREE = ['categoryid,parentid', '1016,213', '809,169', '169,1', '1,', '213,213']

test(
  'events in milliseconds; of each item the last category and price up to 30 days before the last event, nothing ' +
    'later',
  async () => {
    const at = new ImportFolder()
    const files = [
      at.file('events.csv', EVENTS),
      at.file('item_properties_part1.csv', PART_1),
      at.file('item_properties_part2.csv', PART_2),
      at.file('category_tree.csv', TREE),
    ]
    const result = await at.importAs('retailrocket', files)
    expect(at.events()).toEqual([
      `257597 355908 - view 0 ${LAST - 60 * DAY}`,
      `257597 355908 - add_to_cart 0 ${LAST - 59 * DAY}`,
      `257597 355908 - checkout 0 ${LAST - 58 * DAY}`,
      `7 9 - view 0 ${LAST}`,
    ])
    // item 9 is known from an event only: its category was not known at the cutoff
    expect(at.items()).toEqual(['355908 - 1/169/809 15360 -', '460429 - - 552 -', '9 - - - -'])
    expect(at.lines.join('\n')).toContain(
      `Catalog as of ${new Date((LAST - 30 * DAY) * 1000).toISOString().slice(0, 19)}Z: 30 days before the last event`,
    )
    expect(result.files.map(({ kind, rows, skips }) => [kind, rows, skips])).toEqual([
      ['categories', 5, {}],
      ['items', 3, { 'known only later': 2, 'availability is not stored': 1 }],
      ['items', 2, { 'known only later': 1, 'hashed property': 1 }],
      ['events', 4, {}],
    ])
    const before = at.content()
    expect((await at.importAs('retailrocket', files)).files.every(({ status }) => status === 'already imported')).toBe(
      true,
    )
    expect(at.content()).toEqual(before)
  },
)

test('--as-of takes another moment, the cutoff of adseq.yaml too; a circle in the tree ends', async () => {
  for (const [options, item] of [
    [{ asOf: LAST - 65 * DAY }, '355908 - 213/1016 9000 -'],
    [{ evaluation: { cutoff: LAST, windowDays: 30 } }, '355908 - 9 1 -'],
    [{ asOf: LAST, advertiser: 'category' }, '355908 9 9 1 -'],
  ] as const) {
    const at = new ImportFolder()
    await at.importAs(
      'retailrocket',
      [at.file('p1.csv', PART_1), at.file('p2.csv', PART_2), at.file('t.csv', TREE), at.file('e.csv', EVENTS)],
      options,
    )
    expect(at.items()[0]).toBe(item)
  }
})

test('properties without events need --as-of; the second part cannot follow the first', async () => {
  const at = new ImportFolder()
  const parts = [at.file('item_properties_part1.csv', PART_1), at.file('item_properties_part2.csv', PART_2)]
  await expect(at.importAs('retailrocket', parts)).rejects.toMatchObject({
    message: expect.stringContaining('change over time'),
    hint: expect.stringContaining('--as-of'),
  })
  await at.importAs('retailrocket', parts[0], { asOf: LAST })
  expect(at.lines.join()).toContain('item_properties_part1.csv alone')
  const before = at.content()
  await expect(at.importAs('retailrocket', parts, { asOf: LAST })).rejects.toMatchObject({
    message: expect.stringContaining(
      'item_properties_part1.csv was imported before, without item_properties_part2.csv',
    ),
  })
  expect(at.content()).toEqual(before)
})

test('bad rows have a reason; a kill while the properties are read leaves nothing of them', async () => {
  const at = new ImportFolder()
  const bad = [
    `${ms(40)},355908,790,15360`,
    `${ms(40)},,790,n1.000`,
    'soon,355908,790,n1.000',
    `${ms(40)},355908,categoryid,`,
  ]
  const files = [
    at.file('p.csv', [...PART_1, ...bad]),
    at.file('e.csv', [...EVENTS, `${LAST},7,view,9,`, `${ms(1)},7,like,9,`]),
  ]
  const stop = stopWhen('read p.csv')
  await expect(at.importAs('retailrocket', files, { asOf: LAST, ...stop })).rejects.toThrow('Interrupted')
  expect(at.read((store) => [store.counts().items, store.imports.all().length])).toEqual([0, 0])
  const result = await at.importAs('retailrocket', files, { asOf: LAST, maxRejects: 0.5 })
  expect(result.files.map(({ reasons }) => reasons)).toEqual([
    {
      'property 790 is not n and a number': 1,
      'itemid is empty': 1,
      'timestamp is not unix milliseconds': 1,
      'categoryid is empty': 1,
    },
    { 'timestamp is not unix milliseconds': 1, 'unknown event': 1 },
  ])
})
