import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MAX_RECORD } from '../../../src/events/import/csv-records.js'
import { ImportFolder } from './workspace.js'

const T = 1483271606
const HEADER = 'user_id,item_id,event_type,timestamp'
const good = (n: number): string[] => Array.from({ length: n }, (_, i) => `u${i},i${i},view,${T + i}`)

test('bad rows are left out, counted by reason, and sampled with line number, value and text', async () => {
  const at = new ImportFolder()
  const bad = [
    `,i,view,${T}`,
    `u,,view,${T}`,
    `u,i,pv,${T}`,
    `u,i,,${T}`,
    'u,i,view,',
    'u,i,view,123',
    `u,i,view,${T}000`,
    'u,i,view',
    `u,i,view,${T},x`,
    `${'u'.repeat(201)},i,view,${T}`,
    `u,${'i'.repeat(201)},view,${T}`,
    `"u" x,i,view,${T}`,
    'x'.repeat(MAX_RECORD + 1),
  ]
  const result = await at.import(at.file('e.csv', [HEADER, ...good(400), ...bad, `last,i,view,${T}`]))
  expect(result.files[0]).toMatchObject({ rows: 401, rejected: 13 })
  expect(result.files[0].reasons).toEqual({
    'user_id is empty': 1,
    'item_id is empty': 1,
    'unknown event_type': 1,
    'event_type is empty': 1,
    'timestamp is empty': 1,
    'timestamp is not a time in unix seconds between 1990 and 2100': 2,
    'wrong number of columns': 2,
    'user_id is longer than 200 characters': 1,
    'item_id is longer than 200 characters': 1,
    'text after a closing quote': 1,
    [`line longer than ${MAX_RECORD} bytes`]: 1,
  })
  const rejects = at.rejects('e.csv')
  expect(rejects.map(({ line }) => line)).toEqual(bad.map((_, i) => 402 + i))
  expect(rejects[2]).toEqual({ line: 404, reason: 'unknown event_type', value: 'pv', row: `u,i,pv,${T}` })
  expect(rejects[7].value).toBe('3 instead of 4')
  expect(rejects[12].row.length).toBe(500)
  // no trace of a refused row in the catalog
  expect(result.counts).toEqual({ users: 401, items: 401, advertisers: 0, events: 401 })
  expect(at.events().at(-1)).toBe(`last i - view 0 ${T}`)
})

test('items: a price that is none, a bad id; a day of launch that is none is left out', async () => {
  const at = new ImportFolder()
  const result = await at.import(
    at.file('i.csv', [
      'item_id,price,launched',
      'a,1,',
      'b,-1,',
      'c,NaN,',
      'd,1e999,',
      'e,12 USD,',
      'h,1e39,',
      ',1,',
      'f,0,2017-01-01',
      'g,,soon',
    ]),
    { maxRejects: 1 },
  )
  expect(result.files[0].reasons).toEqual({ 'price is not a number from 0 to 3.4e38': 4, 'item_id is empty': 1 })
  expect(result.files[0].lost).toEqual({ 'launched is not a time between 1990 and 2100': 1 })
  expect(
    at.read((store) => [...store.scanItems()].map(([, id, , , price, , launched]) => [id, price, launched])),
  ).toEqual([
    ['a', 1, null],
    ['c', null, null],
    ['f', 0, Date.UTC(2017, 0, 1) / 1000],
    ['g', null, null],
  ])
})

test('a cut last line is one bad row', async () => {
  const at = new ImportFolder()
  const whole = [HEADER, ...good(50)].join('\n')
  for (const [i, cut] of [1, 4, 12, 14].entries()) {
    const result = await at.import(at.file(`cut${i}.csv`, `${whole.slice(0, -cut)}`))
    expect(result.files[0], `cut by ${cut}`).toMatchObject({ rows: 49, rejected: 1 })
  }
})

test('a hundred of each reason are kept', async () => {
  const at = new ImportFolder()
  const result = await at.import(
    at.file('e.csv', [HEADER, ...good(1), ...Array.from({ length: 250 }, () => `u,i,pv,${T}`), ',,,']),
    { maxRejects: 1 },
  )
  expect(result.files[0].rejected).toBe(251)
  expect(at.rejects('e.csv').length).toBe(101)
})

test('more bad rows than allowed stop a short file before anything is stored; allowing more lets it through', async () => {
  const at = new ImportFolder()
  const path = at.file('e.csv', [HEADER, ...good(94), ...Array.from({ length: 6 }, () => `u,i,pv,${T}`)])
  const refused = await at.refusal(path)
  expect(refused.message).toBe(
    'e.csv: 6 of the first 100 rows were rejected (unknown event_type: 6), more than the 5 % allowed. Nothing ' +
      'was imported.',
  )
  expect(refused.hint).toContain('--max-rejects 0.06')
  expect(at.rejects('e.csv').length).toBe(6)
  expect(at.read((store) => [store.counts().events, store.imports.all().length])).toEqual([0, 0])
  const result = await at.import(path, { maxRejects: 0.06 })
  expect(result.files[0]).toMatchObject({ status: 'imported', rows: 94, rejected: 6 })
})

test('after a refusal the mapping can be mended', async () => {
  const at = new ImportFolder()
  const path = at.file('e.csv', [HEADER, ...good(3), `u,i,pv,${T}`])
  await at.refusal(path)
  const result = await at.import(path, { eventTypes: { pv: 'view' } })
  expect(result.files[0]).toMatchObject({ rows: 4, rejected: 0 })
  // the rejects of the attempt before are gone
  expect(existsSync(join(at.workspace, 'rejects', 'e.csv.jsonl'))).toBe(false)
})

test(
  'a long file is stopped when the share is exceeded; what is committed stays, and the import goes on when allowed ' +
    'to',
  async () => {
    const at = new ImportFolder()
    const rows = [HEADER, ...good(12_000), ...Array.from({ length: 2000 }, () => `u,i,pv,${T}`), ...good(6000)]
    const path = at.file('e.csv', rows)
    const refused = await at.refusal(path, { batch: 1000 })
    expect(refused.message).toContain('12,000 rows before them are imported')
    expect(at.events().length).toBe(12_000)
    const result = await at.import(path, { batch: 1000, maxRejects: 0.2 })
    expect(result.files[0]).toMatchObject({ status: 'resumed', rows: 6000, rejected: 2000 })

    const other = new ImportFolder()
    await other.import(other.file('e.csv', rows), { maxRejects: 0.2 })
    const plain = ({ imports: _imports, ...rest }: Record<string, unknown>): unknown => rest
    expect(plain(at.content() as Record<string, unknown>)).toEqual(plain(other.content() as Record<string, unknown>))
  },
)

test('two files of one name keep their rejects apart', async () => {
  const at = new ImportFolder()
  await at.import(at.file('e.csv', [HEADER, ...good(30), 'bad']))
  const second = await at.import(at.file('e.csv', [HEADER, ...good(31), 'worse']))
  expect(at.rejects('e.csv')[0].row).toBe('bad')
  expect(second.files[0].rejectsFile).toMatch(/e\.csv-[0-9a-f]{8}\.jsonl$/)
})
