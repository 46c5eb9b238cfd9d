import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { silent } from '../../../src/core/progress.js'
import { importFile } from '../../../src/events/import/import-file.js'
import { filesOf, type ImportOptions } from '../../../src/events/import/import.js'
import { JsonRecords, MAX_JSON_LINE } from '../../../src/events/import/json-records.js'
import { planImport } from '../../../src/events/import/plan.js'
import { SheetRows } from '../../../src/events/import/sheet-rows.js'
import { openStore } from '../../../src/store/open.js'
import { archive, workbook } from './workbook.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606
const ROWS = 2000
const OPTIONS: ImportOptions = {
  mapping: { columns: {}, eventTypes: {}, header: true },
  evaluation: { cutoff: 'auto', windowDays: 30 },
  maxRejects: 0.1,
  progress: silent,
}

/** 2,000 events; every 50th has no time. */
const columns = {
  user: Array.from({ length: ROWS }, (_, i) => `müller ${i % 90}`),
  item: Array.from({ length: ROWS }, (_, i) => `i${(i * 7) % 300}`),
  time: Array.from({ length: ROWS }, (_, i) => (i % 50 === 7 ? undefined : new Date((T + i) * 1000))),
}

function parquetFile(codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY'): Buffer {
  return Buffer.from(
    parquetWriteBuffer({
      codec,
      rowGroupSize: 300,
      columnData: [
        { name: 'user_id', data: columns.user, type: 'STRING' },
        { name: 'what', data: columns.item, type: 'STRING' },
        { name: 'timestamp', data: columns.time, type: 'TIMESTAMP', nullable: true },
        { name: 'count', data: columns.item.map((_, i) => BigInt(i)), type: 'INT64' },
      ],
    }),
  )
}
const PARQUET = { columns: { item_id: 'what' }, eventTypes: {}, defaultType: 'checkout', header: true }

const jsonLines = (): string =>
  columns.user
    .map((user, i) =>
      JSON.stringify({
        user: { id: user },
        what: columns.item[i],
        timestamp: columns.time[i] && T + i,
        tags: ['a', 'b'],
      }),
    )
    .join('\n')
const JSONL = {
  columns: { user_id: 'user.id', item_id: 'what', category: 'tags' },
  eventTypes: {},
  defaultType: 'checkout',
  header: true,
}

const sheet = (): Buffer =>
  workbook({
    One: [
      ['Invoice', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'Price', 'Customer ID'],
      ...columns.user.map((user, i) => [
        i,
        columns.item[i],
        undefined,
        1,
        columns.time[i] ? 40_148 + i / 1440 : 'never',
        1,
        user,
      ]),
    ],
  })

const EVENTS = columns.user.flatMap((user, i) =>
  columns.time[i] ? [`${user} ${columns.item[i]} - checkout 0 ${T + i}`] : [],
)

describe('JSON lines and Parquet of any layout', () => {
  test.each<[string, string, Buffer | string, ImportOptions['mapping']]>([
    ['parquet', 'events.parquet', parquetFile(), PARQUET],
    ['parquet', 'plain.parquet', parquetFile('UNCOMPRESSED'), PARQUET],
    ['parquet', 'archive.zip', archive({ 'events.parquet': parquetFile() }), PARQUET],
    ['jsonl', 'events.jsonl.gz', jsonLines(), JSONL],
    ['jsonl', 'archive.zip', archive({ 'events.jsonl': `\uFEFF${jsonLines().replaceAll('\n', '\r\n')}` }), JSONL],
  ])('%s: %s', async (format, name, content, mapping) => {
    const at = new ImportFolder()
    const result = await at.importAs(format, at.file(name, content), { mapping })
    expect(at.events()).toEqual(EVENTS)
    expect(result.files[0]).toMatchObject({ rows: ROWS - 40, rejected: 40 })
    if (format === 'jsonl') expect(at.items()[0]).toBe('i0 - a/b - -')
    const rejects = at.rejects(name.endsWith('.zip') ? `events.${format}` : name)
    expect(rejects[1]).toMatchObject({ line: 58, row: expect.stringContaining('müller 57') })
  })

  test('items and users by the same rules', async () => {
    const at = new ImportFolder()
    await at.importAs('jsonl', [
      at.file('i.jsonl', '{"item_id": 7, "price": 2.5, "title": null}\n{"item_id": "8", "advertiser_id": "x"}\n'),
      at.file('u.jsonl', '{"user_id": "u", "age": 30, "more": {"a": 1}}\n'),
    ])
    expect(at.items()).toEqual(['7 - - 2.5 -', '8 x - - -'])
    expect(at.read((store) => store.user(1)?.attributes)).toEqual({ age: '30', more: '{"a":1}' })
  })

  test.each([
    [
      'jsonl',
      { columns: { user_id: 'usr.id' }, eventTypes: {}, header: true },
      'has no column user_id',
      '--map user_id=user.id',
    ],
    ['csv', JSONL, 'holds JSON, not CSV', 'adseq import jsonl'],
    ['parquet', JSONL, 'is not a Parquet file', 'adseq import jsonl'],
  ] as const)('%s with another file or mapping is refused', async (format, mapping, message, hint) => {
    const at = new ImportFolder()
    const refused = at.importAs(format, at.file('e.jsonl', jsonLines()), {
      mapping: mapping as ImportOptions['mapping'],
    })
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringContaining(hint),
    })
    expect(existsSync(at.workspace)).toBe(false)
  })
})

describe('killed after every batch and run again', () => {
  test.each<[string, string, Buffer | string, ImportOptions['mapping']]>([
    ['parquet', 'events.parquet', parquetFile(), PARQUET],
    ['jsonl', 'events.zip', archive({ 'events.jsonl': jsonLines() }), JSONL],
    ['online-retail', 'retail.xlsx', sheet(), OPTIONS.mapping],
  ])('%s, %s: as an import that never failed', async (format, name, content, mapping) => {
    const options = { ...OPTIONS, mapping }
    const whole = new ImportFolder()
    await whole.importAs(format, whole.file(name, content), options)
    const broken = new ImportFolder()
    const path = broken.file(name, content)
    let attempts = 0
    for (let done = false; !done; attempts++) {
      const store = openStore(broken.workspace, { create: true })
      const save = store.imports.save.bind(store.imports)
      let commits = 0
      store.imports.save = (state, before) => {
        if (state.status === 'running' && commits++ === 1) throw new Error('killed')
        save(state, before)
      }
      try {
        await importFile(store, filesOf((await planImport(format, [path], options))[0])[0], { ...options, batch: 270 })
        store.writer().finish()
        done = true
      } catch (error) {
        expect((error as Error).message).toBe('killed')
      }
      store.close()
    }
    expect(attempts).toBeGreaterThan(5)
    expect(broken.events().length).toBe(ROWS - 40)
    const plain = (at: ImportFolder): unknown => ({
      ...(at.content() as object),
      imports: at.read((store) =>
        store.imports.all().map(({ line, rows, rejected, reasons }) => ({ line, rows, rejected, reasons })),
      ),
    })
    expect(plain(broken)).toEqual(plain(whole))
    const file = name === 'events.zip' ? 'events.jsonl' : name
    expect(broken.rejects(file)).toEqual(whole.rejects(file))
  })
})

describe('damaged files: one sentence, nothing stored', () => {
  const zip = archive({
    'events.csv': `user_id,item_id,event_type,timestamp\n${'u,i,view,1483271606\n'.repeat(5000)}`,
    'other.csv': 'item_id,title\ni,x\n',
  })
  const flipped = Buffer.from(zip)
  flipped[120] ^= 0xff
  const sheets = sheet()
  test.each<[string, string, Buffer]>([
    ['csv', 'cut.zip', zip.subarray(0, zip.length - 60)],
    ['csv', 'flipped.zip', flipped],
    ['csv', 'empty.zip', archive({ 'a/': '', '__MACOSX/x': 'y', 'photo.zip': zip })],
    ['parquet', 'cut.parquet', parquetFile().subarray(0, 4000)],
    ['online-retail', 'cut.xlsx', sheets.subarray(0, sheets.length - 100)],
  ])('%s: %s', async (format, name, content) => {
    const at = new ImportFolder()
    await expect(at.importAs(format, at.file(name, content))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(name),
      hint: expect.stringMatching(/Fetch|Unpack/),
    })
    expect(existsSync(join(at.workspace, 'adseq.db'))).toBe(false)
  })
})

describe('records', () => {
  const read = (pieces: string[]): [number, unknown, number][] => {
    const records = new JsonRecords(['a'])
    const found: [number, unknown, number][] = []
    pieces.forEach((piece, i) => {
      records.feed(Buffer.from(piece), i === pieces.length - 1)
      while (records.next()) found.push([records.line, records.error ?? records.field(0), records.offset])
    })
    return found
  }

  test('JSON lines are cut anywhere and read alike; what is no object is an error of its line', () => {
    const text = '{"a":1}\n\r\n[1]\n{"a":"ä"}\r\n{"b":2}\n{"a":'
    const whole = read([text])
    expect(whole.map(([line, value]) => [line, value])).toEqual([
      [1, '1'],
      [3, 'line is not a JSON object'],
      [4, 'ä'],
      [5, ''],
      [6, 'line is not JSON'],
    ])
    for (let cut = 0; cut <= text.length; cut++) expect(read([text.slice(0, cut), text.slice(cut)])).toEqual(whole)
    expect(whole.at(-1)![2]).toBe(Buffer.byteLength(text))
  })

  test('a line without an end is one error, however it comes', () => {
    const long = 'x'.repeat(MAX_JSON_LINE + 5)
    const found = read(['{"a":1}\n', long, long, '\n{"a":2}\n'])
    expect(found.map(([line, value]) => [line, value])).toEqual([
      [1, '1'],
      [2, `line longer than ${MAX_JSON_LINE} bytes`],
      [3, '2'],
    ])
  })

  test('a worksheet is cut anywhere and read alike', () => {
    const text =
      '<?xml version="1.0"?><worksheet><sheetFormatPr/><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c ' +
      'r="C1"><v>2.5</v></c></row><row r="2"/><row r="3" spans="1:2"><c t="str"><f>A1&amp;B1</f><v>x &lt; ' +
      '&#228;_x0041_</v></c><c r="B3"/><c r="AA3" ' +
      't="inlineStr"><is><t>far</t></is></c></row></sheetData></worksheet>'
    const rows = (pieces: string[]): string[][] => {
      const reader = new SheetRows(['zero', 'one'])
      const found: string[][] = []
      pieces.forEach((piece, i) => {
        reader.feed(piece, i === pieces.length - 1)
        while (reader.next()) found.push(reader.cells)
      })
      return found
    }
    const whole = rows([text])
    expect(whole).toEqual([['one', '', '2.5'], [], ['x < äA', '', ...Array.from({ length: 24 }, () => ''), 'far']])
    const plain = text
    for (let cut = 0; cut <= plain.length; cut++)
      expect(rows([plain.slice(0, cut), plain.slice(cut)]), plain.slice(0, cut)).toEqual(whole)
  })
})
