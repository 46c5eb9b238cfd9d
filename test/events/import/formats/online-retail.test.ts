import { expect, test } from 'vitest'
import { londonTime } from '../../../../src/events/import/formats/london-time.js'
import { archive, workbook, type Cell } from '../workbook.js'
import { ImportFolder } from '../workspace.js'

const HEADER = ['Invoice', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'Price', 'Customer ID', 'Country']
/** the number that a workbook stores for a moment */
const serial = (...parts: [number, number, number, number, number]): number => Date.UTC(...parts) / 86_400_000 + 25_569
const utc = (...parts: [number, number, number, number, number]): number => Date.UTC(...parts) / 1000
const DECEMBER: [number, number, number, number, number] = [2010, 11, 8, 15, 0]
const SHEETS: Record<string, Cell[][]> = {
  'Year 2009-2010': [
    HEADER,
    [
      489434,
      85048,
      '15CM CHRISTMAS GLASS BALL 20 LIGHTS',
      12,
      serial(2009, 11, 1, 7, 45),
      6.95,
      13085,
      'United Kingdom',
    ],
    [
      489434,
      '79323p',
      { inline: ' PINK & CHERRY <LIGHTS>' },
      12,
      serial(2009, 11, 1, 7, 45),
      6.75,
      13085,
      'United Kingdom',
    ],
    ['C489449', 22087, 'PAPER BUNTING', -12, serial(2009, 11, 1, 10, 33), 2.95, 16321, 'Australia'],
    [489597, 22130, undefined, 1, serial(2009, 11, 1, 14, 0), 4.25, undefined, 'United Kingdom'],
    [489600, 'POST', 'POSTAGE', 1, serial(2010, 6, 1, 9, 0), 18, 13085, 'France'],
    [489601, 22131, 'SUMMER', 1, serial(2010, 6, 1, 9, 30), 0, 13085, 'France'],
    [538000, 22132, 'BOTH', 1, serial(...DECEMBER), 1, 13085, 'France'],
  ],
  'Year 2010-2011': [
    HEADER,
    [538000, 22132, 'BOTH', 1, serial(2010, 11, 1, 8, 0), 1, 13085, 'France'],
    [538000, 22132, 'BOTH', 1, serial(...DECEMBER), 1, 13085, 'France'],
    [538001, 22133, 'NEW', 1, serial(2010, 11, 8, 15, 1), 1, 13085, 'France'],
    [538002, 22133, 'NEW', -1, serial(2010, 11, 8, 15, 2), 1, 13085, 'France'],
  ],
  Notes: [['nothing', 'of this']],
}
const EVENTS = [
  `13085 85048 - checkout 0 ${utc(2009, 11, 1, 7, 45)}`,
  `13085 79323P - checkout 0 ${utc(2009, 11, 1, 7, 45)}`,
  // half past nine in July is half past eight UTC
  `13085 22131 - checkout 0 ${utc(2010, 6, 1, 8, 30)}`,
  `13085 22132 - checkout 0 ${utc(...DECEMBER)}`,
  `13085 22133 - checkout 0 ${utc(2010, 11, 8, 15, 1)}`,
]
const SKIPS = {
  'cancelled invoice': 1,
  'no customer': 1,
  'not a product': 1,
  'in both sheets': 2,
  'quantity 0 or less': 1,
}

test.each<[string, Buffer]>([
  ['online_retail_II.xlsx', workbook(SHEETS)],
  ['with-prefix.xlsx', workbook(SHEETS, 'x:')],
  ['online+retail+ii.zip', archive({ 'online_retail_II.xlsx': workbook(SHEETS) })],
])('%s: both sheets, without what stands in both, cancelled or without a customer', async (name, content) => {
  const at = new ImportFolder()
  const path = at.file(name, content)
  const result = await at.importAs('online-retail', path)
  expect(at.events()).toEqual(EVENTS)
  expect(at.items().slice(0, 3)).toEqual([
    '85048 - - 6.95 15CM CHRISTMAS GLASS BALL 20 LIGHTS',
    '79323P - - 6.75 PINK & CHERRY <LIGHTS>',
    '22131 - - - SUMMER',
  ])
  expect(result.files[0]).toMatchObject({ rows: 5, skips: SKIPS, rejected: 0 })
  expect((await at.importAs('online-retail', path)).files[0]).toMatchObject({
    status: 'already imported',
    skips: SKIPS,
  })
})

test('a page of notes before the sheets is no sheet of data, and is named; blank rows before the columns are none', async () => {
  const at = new ImportFolder()
  const [[first, rows], ...rest] = Object.entries(SHEETS)
  const sheets = { Notes: [['made by', 'hand']], Empty: [], [first]: [[], ...rows], ...Object.fromEntries(rest) }
  await at.importAs('online-retail', at.file('r.xlsx', workbook(sheets)))
  expect(at.events()).toEqual(EVENTS)
  expect(at.lines).toContain('r.xlsx: not read, as their first line is another: sheets Notes.')
})

test('CSV, of both sets, also with the .0 that pandas adds to customers', async () => {
  for (const [header, rows] of [
    [
      'Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country',
      ['489434,85048,"A, ""B""",12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom'],
    ],
    [
      'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
      ['489434,85048,"A, ""B""",12,12/1/2009 7:45,6.95,13085,United Kingdom'],
    ],
  ] as const) {
    const at = new ImportFolder()
    await at.importAs('online-retail', at.file('r.csv', [header, ...rows]))
    expect(at.events()).toEqual([EVENTS[0]])
    expect(at.items()).toEqual(['85048 - - 6.95 A, "B"'])
  }
})

test('lines that were sorted anew are refused, not taken for a second sheet', async () => {
  const at = new ImportFolder()
  const row = (day: string): string => `489434,85048,A,12,2010-${day} 07:45:00,6.95,13085,United Kingdom`
  const path = at.file('r.csv', [HEADER.join(','), ...['03-09', '03-01', '03-12', '03-02'].map(row)])
  await expect(at.importAs('online-retail', path)).rejects.toMatchObject({
    message: expect.stringContaining('not in the order of their time (line 5)'),
  })
  expect(at.read((store) => store.counts().events)).toBe(0)
})

test.each([
  ['2010-03-28 00:59:00', utc(2010, 2, 28, 0, 59)],
  ['2010-03-28 02:00:00', utc(2010, 2, 28, 1, 0)],
  ['2010-10-31 01:59:00', utc(2010, 9, 31, 0, 59)],
  ['2010-10-31 02:00:00', utc(2010, 9, 31, 2, 0)],
  ['7/13/2011 9:05', utc(2011, 6, 13, 8, 5)],
  ['13-07-2011 09:05', utc(2011, 6, 13, 8, 5)],
  ['40148.322916666664', utc(2009, 11, 1, 7, 45)],
  ['13/7/2011 9:05', undefined],
  ['2010-02-30 09:05:00', undefined],
  ['soon', undefined],
  ['', undefined],
])('British time %s', (text, time) => {
  expect(londonTime(text)).toBe(time)
})
