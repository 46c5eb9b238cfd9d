import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { silent } from '../../../../src/core/progress.js'
import { importFile } from '../../../../src/events/import/import-file.js'
import { filesOf } from '../../../../src/events/import/import.js'
import { planImport } from '../../../../src/events/import/plan.js'
import { openStore } from '../../../../src/store/open.js'
import { archive } from '../workbook.js'
import { ImportFolder } from '../workspace.js'

const HEADER = 'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session'
const S = '72d76fde-8bb3-4e00-8c23-a032dfed738c'
const OCTOBER = [
  HEADER,
  `2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,${S}`,
  '2019-10-01 00:00:00 ' +
    `UTC,view,3900821,2053013552326770905,appliances.environment.water_heater,aqua,33.20,554748717,${S}`,
  '2019-10-01 00:00:01 ' +
    `UTC,cart,3900821,2053013552326770905,appliances.environment.water_heater,aqua,33.20,554748717,${S}`,
  '2019-10-01 00:00:01 ' +
    `UTC,cart,3900821,2053013552326770905,appliances.environment.water_heater,aqua,33.20,554748717,${S}`,
  '2019-10-01 00:00:02 ' +
    `UTC,cart,3900821,2053013552326770905,appliances.environment.water_heater,aqua,33.20,554748717,${S}`,
  '2019-10-01 00:00:03 ' +
    `UTC,remove_from_cart,3900821,2053013552326770905,appliances.environment.water_heater,aqua,33.20,554748717,${S}`,
  `2019-10-01 00:00:04 UTC,purchase,3900821,2053013552326770905,appliances.environment.water_heater,,0.00,554748717,`,
]
const NOVEMBER = [
  HEADER,
  `2019-11-01 00:00:00 UTC,view,3900821,1,appliances.environment.water_heater,other,99.00,520088904,${S}`,
]
const T = Date.UTC(2019, 9, 1) / 1000
const EXPECTED = [
  `541312140 44600062 shiseido view 0 ${T}`,
  `554748717 3900821 aqua view 0 ${T}`,
  `554748717 3900821 aqua add_to_cart 0 ${T + 1}`,
  `554748717 3900821 aqua add_to_cart 0 ${T + 2}`,
  `554748717 3900821 - checkout 0 ${T + 4}`,
]

test(
  'times with UTC, brands as advertisers, codes as paths, an id where there is no code; a row that stands twice ' +
    'counts once',
  async () => {
    const at = new ImportFolder()
    const result = await at.importAs('rees46', at.file('2019-Oct.csv', OCTOBER))
    expect(at.events()).toEqual(EXPECTED)
    expect(at.items()).toEqual([
      '44600062 shiseido 2103807459595387724 35.79 -',
      '3900821 aqua appliances/environment/water_heater 33.2 -',
    ])
    expect(result.files[0]).toMatchObject({
      rows: 5,
      skipped: 2,
      skips: { 'the same row again': 1, 'event type remove_from_cart': 1 },
      rejected: 0,
    })
  },
)

test('months are imported in their order, not in that of their names; an item is what its first row says', async () => {
  const at = new ImportFolder()
  await at.importAs('rees46', [at.file('2019-Nov.csv.gz', NOVEMBER), at.file('2019-Oct.csv', OCTOBER)])
  expect(at.events().at(-1)).toBe(`520088904 3900821 other view 0 ${Date.UTC(2019, 10, 1) / 1000}`)
  expect(at.items()[1]).toContain('aqua')
})

test('an archive as downloaded, with what else is in it; its content is known again when it is unpacked', async () => {
  const at = new ImportFolder()
  const text = OCTOBER.map((line) => `${line}\r\n`).join('')
  await at.importAs(
    'rees46',
    at.file(
      'archive.zip',
      archive({ 'data/2019-Oct.csv': `\uFEFF${text}`, '__MACOSX/data/._2019-Oct.csv': 'x', 'README.txt': 'about' }),
    ),
  )
  expect(at.events()).toEqual(EXPECTED)
  expect(at.lines.join()).toContain('not read: README.txt')
  expect((await at.importAs('rees46', at.file('2019-Oct.csv', `\uFEFF${text}`))).files[0].status).toBe(
    'already imported',
  )
})

test('the category can be the advertiser; event types can be mapped', async () => {
  const at = new ImportFolder()
  await at.importAs('rees46', at.file('o.csv', OCTOBER), {
    advertiser: 'category',
    mapping: { columns: {}, eventTypes: { remove_from_cart: 'click' }, header: true },
  })
  expect(at.events().slice(-2)).toEqual([
    `554748717 3900821 appliances click 0 ${T + 3}`,
    `554748717 3900821 appliances checkout 0 ${T + 4}`,
  ])
})

test('stopped between two equal rows, and gone on with: still one event', async () => {
  const at = new ImportFolder()
  const path = at.file('2019-Oct.csv', OCTOBER)
  const options = {
    mapping: { columns: {}, eventTypes: {}, header: true },
    evaluation: { cutoff: 'auto', windowDays: 30 },
    maxRejects: 1,
    progress: silent,
  } as const
  let attempts = 0
  for (let done = false; !done; attempts++) {
    const store = openStore(join(at.folder, 'workspace'), { create: true })
    const save = store.imports.save.bind(store.imports)
    let commits = 0
    store.imports.save = (state, before) => {
      if (state.status === 'running' && commits++ === 1) throw new Error('killed')
      save(state, before)
    }
    try {
      await importFile(store, filesOf((await planImport('rees46', [path], options))[0])[0], { ...options, batch: 1 })
      done = true
    } catch (error) {
      expect((error as Error).message).toBe('killed')
    }
    store.close()
  }
  expect(attempts).toBeGreaterThan(5)
  expect(at.events()).toEqual(EXPECTED)
  expect(at.read((store) => store.imports.all()[0])).toMatchObject({ rows: 5, skipped: 2 })
})

test('a month written as Parquet, with times that are times: the same events', async () => {
  const rows = OCTOBER.slice(1).map((line) => line.split(','))
  const columnData = HEADER.split(',').map((name, i) =>
    name === 'event_time'
      ? { name, type: 'TIMESTAMP' as const, data: rows.map((row) => new Date(row[i].replace(' UTC', 'Z'))) }
      : { name, type: 'STRING' as const, data: rows.map((row) => row[i]) },
  )
  const [text, parquet] = [new ImportFolder(), new ImportFolder()]
  await text.importAs('rees46', text.file('2019-Oct.csv', OCTOBER))
  await parquet.importAs('rees46', parquet.file('oct.parquet', Buffer.from(parquetWriteBuffer({ columnData }))))
  expect(parquet.events()).toEqual(text.events())
  expect(parquet.items()).toEqual(text.items())
})
