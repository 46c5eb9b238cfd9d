import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ImportFolder, stopWhen } from './workspace.js'

const T = 1_483_271_606
const HEADER = 'user_id,item_id,event_type,timestamp'
const row = (i: number): string => `u${i % 50},i${i % 70},view,${T + i}`
const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${row(from + i)}\n`).join('')
const event = (i: number): string => `u${i % 50} i${i % 70} - view 0 ${T + i}`
const events = (n: number): string[] => Array.from({ length: n }, (_, i) => event(i))

describe('a log that has grown since it was imported: only what is new is added', () => {
  test('again and again, under one name or another; each version is then known', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', `${HEADER}\n${rows(0, 100)}`)
    await at.import(path)
    appendFileSync(path, rows(100, 130))
    const second = await at.import(path)
    expect(second.files[0]).toMatchObject({ status: 'continued', rows: 30 })
    expect(at.lines).toContain('e.csv: its first 101 lines were imported before; what follows is added.')
    const other = at.file('e-tuesday.csv', `${HEADER}\n${rows(0, 150)}`)
    expect((await at.import(other)).files[0]).toMatchObject({ status: 'continued', rows: 20 })
    expect(at.lines).toContain(
      'e-tuesday.csv: its first 131 lines were imported before as e.csv; what follows is added.',
    )
    expect(at.events()).toEqual(events(150))
    const again = await at.import([path, other])
    expect(again.files.map(({ status }) => status)).toEqual(['already imported', 'already imported'])
    expect(at.read((store) => store.imports.all().map(({ line, rows: n }) => [line, n]))).toEqual([
      [101, 100],
      [131, 30],
      [151, 20],
    ])
  })

  test.each<[string, string, (n: number) => Buffer | string]>([
    ['gzipped', 'e.csv.gz', (n) => gzipSync(`${HEADER}\n${rows(0, n)}`)],
    [
      'a gzip file to which another was appended',
      'e.csv.gz',
      (n) => Buffer.concat([gzipSync(`${HEADER}\n${rows(0, 100)}`), ...(n > 100 ? [gzipSync(rows(100, n))] : [])]),
    ],
    ['UTF-16', 'e.csv', (n) => Buffer.from(`\uFEFF${HEADER}\n${rows(0, n)}`, 'utf16le')],
    ['carriage returns alone', 'e.csv', (n) => `${HEADER}\n${rows(0, n)}`.replaceAll('\n', '\r')],
  ])('%s', async (_, name, content) => {
    const at = new ImportFolder()
    await at.import(at.file(name, content(100)))
    expect((await at.import(at.file(name, content(120)))).files[0]).toMatchObject({ status: 'continued', rows: 20 })
    expect(at.events()).toEqual(events(120))
  })

  test.each<[string, (objects: string[]) => string]>([
    ['JSON lines', (objects) => objects.map((one) => `${one}\n`).join('')],
    ['a list of JSON', (objects) => `[\n${objects.join(',\n')}\n]\n`],
  ])('%s', async (_, text) => {
    const at = new ImportFolder()
    const objects = Array.from({ length: 120 }, (_, i) =>
      JSON.stringify({ user_id: `u${i % 50}`, item_id: `i${i % 70}`, event_type: 'view', timestamp: T + i }),
    )
    await at.importAs('jsonl', at.file('e.json', text(objects.slice(0, 100))))
    const grown = await at.importAs('jsonl', at.file('e.json', text(objects)))
    expect(grown.files[0]).toMatchObject({ status: 'continued', rows: 20 })
    expect(at.events()).toEqual(events(120))
  })

  test('the same text, packed otherwise, is already imported', async () => {
    const at = new ImportFolder()
    const text = `${HEADER}\n${rows(0, 100)}`
    await at.import(at.file('e.csv', text))
    for (const status of ['already imported', 'already imported'])
      expect((await at.import(at.file('e.csv.gz', gzipSync(text)))).files[0].status).toBe(status)
    expect(at.lines).toContain('e.csv.gz: already imported under the name e.csv, nothing added.')
    expect(at.events()).toEqual(events(100))
    // and grows under that name
    await at.import(at.file('e.csv.gz', gzipSync(text + rows(100, 101))))
    expect(at.events()).toEqual(events(101))
  })

  test('what a reader remembers from row to row goes on: the same row again within a second', async () => {
    const at = new ImportFolder()
    const columns = 'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session'
    const line = (user: number): string => `2019-10-01 00:00:00 UTC,view,1,2,a.b,x,1.5,${user},s\n`
    await at.importAs('rees46', at.file('oct.csv', `${columns}\n${line(1)}${line(2)}`))
    const grown = await at.importAs(
      'rees46',
      at.file('oct.csv', `${columns}\n${line(1)}${line(2)}${line(1)}${line(3)}`),
    )
    expect(grown.files[0]).toMatchObject({ rows: 1, skips: { 'the same row again': 1 } })
    expect(at.read((store) => store.counts().events)).toBe(3)
  })
})

describe('a row that was half written when it was imported', () => {
  const text = `${HEADER}\n${rows(0, 40)}`
  /** Imports the text up to within the row, then the whole with more rows behind it. */
  async function cutAt(half: string, rest: string) {
    const at = new ImportFolder()
    const path = at.file('e.csv', text + half)
    await at.import(path)
    writeFileSync(path, text + half + rest)
    const { files } = await at.import(path)
    return { at, result: files[0] }
  }

  test('it was rejected: it is read again, whole', async () => {
    const { at, result } = await cutAt(row(40).slice(0, 6), `${row(40).slice(6)}\n${rows(41, 43)}`)
    expect(result).toMatchObject({ status: 'continued', rows: 3, rejected: 0 })
    expect(at.lines.join()).toContain('line 42 was rejected when half of it was written; it is read again')
    expect(at.events()).toEqual(events(43))
  })

  test('it looked whole and was stored: it stays, once, and that is said', async () => {
    // the last digit of the time is missing
    const at = new ImportFolder()
    const cut = `u1,i1,view,${T}.`
    const path = at.file('e.csv', text + cut)
    await at.import(path)
    writeFileSync(path, `${text}${cut}25\n${rows(41, 43)}`)
    const { files } = await at.import(path)
    expect(files[0]).toMatchObject({ status: 'continued', rows: 2 })
    expect(at.lines.join()).toContain('line 42 was imported when half of it was written; it stays as it was then')
    expect(at.events()).toEqual([...events(40), `u1 i1 - view 0 ${T}`, event(41), event(42)])
  })

  test.each(['\n', '\r\n'])('its line end alone was missing: %j comes first', async (end) => {
    const { at, result } = await cutAt(row(40), `${end}${rows(41, 43)}`)
    expect(result).toMatchObject({ status: 'continued', rows: 2 })
    expect(at.events()).toEqual(events(43))
    expect(at.lines.join()).not.toContain('half')
    expect(at.read((store) => store.imports.all()[1].line)).toBe(44)
  })

  test('a line end and nothing else is nothing new', async () => {
    const { at, result } = await cutAt(row(40), '\n')
    expect(result).toMatchObject({ rows: 0, rejected: 0 })
    expect(at.events()).toEqual(events(41))
  })
})

describe('an import that was cut off, of a file that has grown since', () => {
  const first = `${HEADER}\n${rows(0, 60_000)}`

  test('goes on from what was committed, and takes the begun import over', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', first)
    await expect(at.import(path, { batch: 5000, ...stopWhen('import') })).rejects.toThrow('Interrupted')
    const kept = at.events().length
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(60_000)
    appendFileSync(path, rows(60_000, 60_010))
    expect((await at.import(path)).files[0]).toMatchObject({ status: 'continued', rows: 60_010 - kept })
    expect(at.events()).toEqual(events(60_010))
    expect(at.read((store) => store.imports.all().map(({ status }) => status))).toEqual(['done', 'done'])
    // the shorter file, given once more, is all there
    expect((await at.import(at.file('copy.csv', first))).files[0].status).toBe('already imported')
  })
})

describe('a file that is changed while it is imported', () => {
  const text = `${HEADER}\n${rows(0, 60_000)}`
  /** Imports a file, at the begin of which something is done to it. */
  async function importWhile(change: (path: string) => void) {
    const at = new ImportFolder()
    const path = at.file('e.csv', text)
    const start = (label: string): void => {
      if (label.startsWith('import')) change(path)
    }
    const progress = { start, update() {}, finish() {}, line() {} }
    const result = at.import(path, { batch: 5000, progress })
    return { at, path, result }
  }

  test.each<[string, (path: string) => void]>([
    ['cut short', (path) => truncateSync(path, text.length - 1000)],
    ['written over', (path) => writeFileSync(path, text.replace('timestamp', 'timestamq'))],
  ])('%s: that is told, and the import is not done', async (_, change) => {
    const { at, path, result } = await importWhile(change)
    await expect(result).rejects.toThrow('e.csv was changed while it was imported.')
    expect(at.read((store) => store.imports.all().every(({ status }) => status === 'running'))).toBe(true)
    // the file as it was, once more: each row once
    writeFileSync(path, text)
    await at.import(path)
    expect(at.events()).toEqual(events(60_000))
  })

  test('written to its end: what comes after it was looked at waits for the next import', async () => {
    const { at, path, result } = await importWhile((file) => appendFileSync(file, rows(60_000, 60_010)))
    expect((await result).files[0].rows).toBe(60_000)
    expect((await at.import(path)).files[0]).toMatchObject({ status: 'continued', rows: 10 })
    expect(at.events()).toEqual(events(60_010))
  })
})

describe('what is not grown', () => {
  test('a file that begins alike and then differs is added whole, and that is said', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', `${HEADER}\n${rows(0, 100)}`)
    await at.import(path)
    writeFileSync(path, `${HEADER}\n${rows(0, 99)}${rows(200, 210)}`)
    expect((await at.import(path)).files[0]).toMatchObject({ status: 'imported', rows: 109 })
    expect(at.lines.join()).toContain('e.csv: a file of this name with other content was imported before')
  })

  test('the same columns alone are no known part', async () => {
    const at = new ImportFolder()
    await at.import(at.file('empty.csv', `${HEADER}\n`))
    const result = await at.import(at.file('e.csv', `${HEADER}\n${rows(0, 3)}`))
    expect(result.files[0].status).toBe('imported')
    expect(at.lines).toContain('empty.csv holds no rows beside its first line.')
  })

  test('with another mapping the rest is refused, nothing is stored', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', `${HEADER}\n${rows(0, 100)}`)
    await at.import(path)
    appendFileSync(path, rows(100, 110))
    const refused = await at.refusal(path, { eventTypes: { view: 'click' } })
    expect(refused.message).toContain('e.csv was imported before with other options')
    expect(at.events()).toEqual(events(100))
  })

  test('a long file of which a short one is the beginning: the longest known part counts', async () => {
    const at = new ImportFolder()
    for (const n of [5, 3000, 20])
      await at.import(at.file(`head-${n}.csv`, `${HEADER}\n${rows(0, n)}`), { now: () => T + 1e6 })
    const result = await at.import(join(at.folder, 'head-3000.csv'))
    expect(result.files[0].status).toBe('already imported')
    expect((await at.import(at.file('all.csv', `${HEADER}\n${rows(0, 5000)}`))).files[0].rows).toBe(2000)
  })
})
