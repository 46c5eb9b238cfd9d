import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { JsonObjects } from '../../../src/events/import/json-objects.js'
import { JsonRecords, MAX_JSON_LINE } from '../../../src/events/import/json-records.js'
import { decimalText } from '../../../src/events/import/parquet-values.js'
import type { GivenMapping } from '../../../src/events/import/mapping.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606
const VIEWS: GivenMapping = { columns: {}, eventTypes: {}, defaultType: 'view', header: true }
const lines = (...objects: unknown[]): string[] =>
  objects.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
const users = (at: ImportFolder): string[] => at.read((store) => store.externalIds('users'))
const items = (at: ImportFolder): string[] => at.read((store) => store.externalIds('items'))

describe('numbers of JSON', () => {
  test('as ids they keep their digits, whatever a double would make of them', async () => {
    const at = new ImportFolder()
    const ids = [
      '9223372036854775801',
      '9223372036854775802',
      '9007199254740993',
      '12345678901234.12345678',
      '1e400',
      '1e401',
    ]
    const rows = ids.map((id) => `{"user_id":${id},"item_id":{"no":[${id}]},"item":${id},"timestamp":${T}}`)
    const { files } = await at.importAs('jsonl', at.file('e.jsonl', rows), {
      mapping: { ...VIEWS, columns: { item_id: 'item' } },
    })
    expect(files[0].rows).toBe(ids.length)
    expect(users(at)).toEqual(ids)
    expect(items(at)).toEqual(ids)
  })

  test('those that a double holds are what they are: 7, 7.0 and 70e-1 are one id', async () => {
    const at = new ImportFolder()
    const rows = ['7', '7.0', '70e-1', '0.5', '5e-1'].map((id) => `{"user_id":${id},"item_id":1,"timestamp":${T}}`)
    await at.importAs('jsonl', at.file('e.jsonl', rows), { mapping: VIEWS })
    expect(users(at)).toEqual(['7', '0.5'])
  })

  test('digits in texts are no numbers, and inside of attributes none is lost either', async () => {
    const at = new ImportFolder()
    await at.importAs(
      'jsonl',
      at.file('u.jsonl', ['{"user_id":9007199254740993,"more":{"a\\"1":9007199254740993,"b":"\\"9007199254740993"}}']),
    )
    expect(users(at)).toEqual(['9007199254740993'])
    expect(at.read((store) => store.user(1)?.attributes)).toEqual({
      more: '{"a\\"1":"9007199254740993","b":"\\"9007199254740993"}',
    })
  })
})

describe('columns of JSON that come late', () => {
  const early = Array.from({ length: 9000 }, (_, i) => ({ user_id: `u${i}`, item_id: 'i', timestamp: T }))

  test('are read from where they come, by their own name or mapped', async () => {
    const late = { user_id: 'last', item_id: 'j', timestamp: T, advertiser_id: 'a', shop: 'b', price: 2 }
    for (const [columns, advertiser] of [
      [{}, 'a'],
      [{ advertiser_id: 'shop' }, 'b'],
    ] as const) {
      const at = new ImportFolder()
      const { files } = await at.importAs('jsonl', at.file('e.jsonl', lines(...early, late)), {
        mapping: { ...VIEWS, columns },
      })
      expect(files[0]).toMatchObject({ rows: 9001, notes: [] })
      expect(at.items()).toEqual(['i - - - -', `j ${advertiser} - 2 -`])
    }
  })

  test('and one that is mapped and never comes is told', async () => {
    const at = new ImportFolder()
    const { files } = await at.importAs('jsonl', at.file('e.jsonl', lines(...early)), {
      mapping: { ...VIEWS, columns: { advertiser_id: 'shop' } },
    })
    expect(files[0].notes).toEqual(['e.jsonl: no row has shop, which advertiser_id is mapped to.'])
  })

  test('attributes of users', async () => {
    const at = new ImportFolder()
    const more = Array.from({ length: 9000 }, (_, i) => ({ user_id: `u${i}`, age: i }))
    await at.importAs('jsonl', at.file('u.jsonl', lines(...more, { user_id: 'last', city: 'Bonn', list: ['a', 'b'] })))
    expect(at.read((store) => store.user(9001)?.attributes)).toEqual({ city: 'Bonn', list: 'a/b' })
  })

  test('events among items are rejected, not taken for items', async () => {
    const at = new ImportFolder()
    const catalog = Array.from({ length: 20_000 }, (_, i) => ({ item_id: i }))
    const mixed = [...catalog, { item_id: 1, user_id: 'u', timestamp: T }]
    const { files } = await at.importAs('jsonl', at.file('m.jsonl', lines(...mixed)))
    expect(files[0]).toMatchObject({
      kind: 'items',
      rows: 20_000,
      reasons: { 'is an event, in a file that begins with items': 1 },
    })
  })
})

describe('objects and lists are no ids', () => {
  const nested = { user: { id: 'u', name: 'Ann' }, items: ['a', 'b'], item: 'a', timestamp: T }

  test.each<[string, Record<string, string>, string, string]>([
    ['an object', { user_id: 'user', item_id: 'item' }, 'user_id (user) is an object', '--map user_id=user.id'],
    ['a list', { user_id: 'user.id', item_id: 'items' }, 'item_id (items) is a list', 'a row for each entry'],
    [
      'a time that is one',
      { user_id: 'user.id', item_id: 'item', timestamp: 'user' },
      'timestamp (user) is an object',
      'user.id',
    ],
  ])('%s in all rows is refused at once', async (_, columns, message, hint) => {
    const at = new ImportFolder()
    const refused = at.importAs('jsonl', at.file('e.jsonl', lines(nested)), { mapping: { ...VIEWS, columns } })
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  })

  test('the hint for missing columns names the parts of objects; user.id is user_id without a word', async () => {
    const at = new ImportFolder()
    const file = at.file(
      'e.jsonl',
      lines({ visitor: { key: 'u' }, product: { sku: 'a', list: [1] }, event: { ts: T } }),
    )
    await expect(at.importAs('jsonl', file, { mapping: VIEWS })).rejects.toMatchObject({
      hint: 'Name the columns that hold them: --map user_id=THEIRS,item_id=product.sku,timestamp=event.ts',
    })
    await at.importAs('jsonl', at.file('f.jsonl', lines(nested)), {
      mapping: { ...VIEWS, columns: { item_id: 'item' } },
    })
    expect(users(at)).toEqual(['u'])
  })

  test('in some rows they are rejected, and as an advertiser left out', async () => {
    const at = new ImportFolder()
    const good = { user_id: 'u', item_id: 'i', timestamp: T, advertiser_id: 'a' }
    const rows = [
      good,
      { ...good, user_id: { id: 1 } },
      { ...good, item_id: ['i'] },
      { ...good, advertiser_id: { a: 1 } },
    ]
    const { files } = await at.importAs('jsonl', at.file('e.jsonl', lines(...rows)), { mapping: VIEWS, maxRejects: 1 })
    expect(files[0]).toMatchObject({
      rows: 2,
      reasons: { 'user_id is an object': 1, 'item_id is a list': 1 },
      lost: { 'advertiser_id is an object': 1 },
    })
  })
})

describe('JSON that is not a line an object', () => {
  const objects = Array.from({ length: 30 }, (_, i) => ({
    user_id: `u "${i}\\`,
    item_id: `i{[${i % 3}`,
    timestamp: T + i,
    nested: { list: [1, { deep: ']' }] },
  }))
  const written = {
    'a list in one line': JSON.stringify(objects),
    'a list, a line an object': `[\n${lines(...objects).join(',\n')}\n]\n`,
    'a list, indented': JSON.stringify(objects, undefined, 2),
    'objects one after the other, indented': objects.map((one) => JSON.stringify(one, undefined, '\t')).join('\n'),
  }

  test.each(Object.entries(written))('%s', async (_, text) => {
    const at = new ImportFolder()
    const { files } = await at.importAs('jsonl', at.file('e.json', text), { mapping: VIEWS })
    expect(files[0]).toMatchObject({ rows: 30, rejected: 0 })
    expect(users(at)).toEqual(objects.map((one) => one.user_id))
  })

  test('is cut anywhere and read alike, with the line and offset of each; a new reader goes on behind each', () => {
    const text =
      `[\n ${JSON.stringify(objects.slice(0, 2), undefined, 1).slice(1, -1)},\n7 ,\n {"user_id": ` +
      '}\n,{"user_id":"end"}]\n'
    const read = (pieces: string[], offset = 0, line = 0): [number, unknown, number][] => {
      const records = new JsonObjects(['user_id'], offset, line)
      const found: [number, unknown, number][] = []
      pieces.forEach((piece, i) => {
        records.feed(Buffer.from(piece), i === pieces.length - 1)
        while (records.next()) found.push([records.line, records.error ?? records.field(0), records.offset])
      })
      return found
    }
    const whole = read([text])
    const lineOf = (user: string): number => text.slice(0, text.lastIndexOf('{', text.indexOf(user))).split('\n').length
    expect(whole.map(([line, value]) => [line, value])).toEqual([
      [lineOf('"u \\"0'), 'u "0\\'],
      [lineOf('"u \\"1'), 'u "1\\'],
      [expect.any(Number), 'line is not JSON'],
      [expect.any(Number), 'line is not JSON'],
      [text.split('\n').length - 1, 'end'],
    ])
    for (let cut = 0; cut <= text.length; cut++)
      expect(read([text.slice(0, cut), text.slice(cut)]), `at ${cut}`).toEqual(whole)
    expect(read(Array.from(text))).toEqual(whole)
    whole.forEach(([, , offset], i) => {
      const lines = text.slice(0, offset).split('\n').length - 1
      expect(read([text.slice(offset)], offset, lines)).toEqual(whole.slice(i + 1))
    })
  })

  test('an object that is too long is one error, however it comes, and the next is read', () => {
    const long = `{"user_id":"${'x'.repeat(MAX_JSON_LINE)}\\"}{`
    const text = `[{"user_id":"a"},${long}","b":{}},{"user_id":"c"}]`
    for (const size of [text.length, 1 << 20, 999_983]) {
      const records = new JsonObjects(['user_id'])
      const found: unknown[] = []
      for (let at = 0; at < text.length; at += size) {
        records.feed(Buffer.from(text.slice(at, at + size)), at + size >= text.length)
        while (records.next()) found.push(records.error ?? records.field(0))
      }
      expect(found, `pieces of ${size}`).toEqual(['a', `line longer than ${MAX_JSON_LINE} bytes`, 'c'])
    }
  })

  test('a line that is not UTF-8 is an error of its line', () => {
    const records = new JsonRecords(['a'])
    records.feed(Buffer.from('{"a":"é"}\n{"a":"\xe9"}\n{"a":"b"}\n', 'latin1'), false)
    const found: unknown[] = []
    records.feed(Buffer.concat([Buffer.from('{"a":"é"}\n'), Buffer.from('{"a":"\xe9"}\n', 'latin1')]), true)
    while (records.next()) found.push(records.error ?? records.field(0))
    expect(found.filter((one) => one === 'line is not valid UTF-8').length).toBe(3)
    expect(found.filter((one) => one === 'é').length).toBe(1)
  })
})

describe('Parquet of every type', () => {
  const file = join(import.meta.dirname, 'data', 'types.parquet')
  const imported = async (columns: Record<string, string>, options = {}) => {
    const at = new ImportFolder()
    const mapping = { columns, eventTypes: {}, header: true, without: columns.price ? [] : ['price'] }
    const { files } = await at.importAs('parquet', file, { mapping, maxRejects: 1, ...options })
    return { at, result: files[0] }
  }
  const T0 = Date.UTC(2019, 9, 1, 12) / 1000

  test('decimals of 38 digits and the parts of structs as ids; nanoseconds', async () => {
    const { at } = await imported({ item_id: 'item.id', timestamp: 'ns' })
    expect(users(at)).toEqual([0, 1, 2].map((i) => String(12345678901234567890123456789012345600n + BigInt(i))))
    expect(items(at)).toEqual([String(2n ** 53n + 1n), String(2n ** 53n + 2n)])
    expect(at.events().map((event) => Number(event.split(' ').at(-1)))).toEqual([0, 1, 2, 3, 4, 5].map((i) => T0 + i))
  })

  test('whole numbers of nanoseconds lose no second to a float', async () => {
    const { at } = await imported({ item_id: 'item.id', timestamp: 'int_ns' })
    expect(at.events().map((event) => Number(event.split(' ').at(-1)))).toEqual([0, 1, 2, 3, 4, 5].map((i) => T0 + i))
  })

  test('bytes that are text are that text, others hex; unsigned numbers; lists; times of a zone', async () => {
    const { at } = await imported({ user_id: 'bytes16', item_id: 'text16', timestamp: 'us', category: 'tags' })
    expect(users(at)).toEqual([0, 1, 2, 3, 4, 5].map((i) => 'ff00'.repeat(7) + `0${i}`.repeat(2)))
    expect(at.items().slice(0, 2)).toEqual(['sixteen bytes 00 - a/b - -', 'sixteen bytes 01 - c - -'])
    const other = await imported({ user_id: 'raw', item_id: 'unsigned', timestamp: 'day' })
    expect(users(other.at)[0]).toBe('636166e901')
    expect(items(other.at)[5]).toBe(String(2n ** 64n - 1n))
    expect(other.result.notes.join()).toContain('days without a time of day')
  })

  test('a float beyond 2^53 has lost digits, and is no id; decimals with a point are prices', async () => {
    const { at, result } = await imported({ user_id: 'float_id', item_id: 'text16', timestamp: 'ns', price: 'price' })
    expect(result.reasons).toEqual({
      'user_id is a float beyond 2^53, which has lost digits': 3,
      'price is not a number from 0 to 3.4e38': 1,
    })
    expect(at.items()).toEqual(['sixteen bytes 00 - - 12.99 -', 'sixteen bytes 02 - - 1299 -'])
  })

  test('a struct or a map is no id', async () => {
    await expect(imported({ item_id: 'item', timestamp: 'ns' })).rejects.toMatchObject({
      message: 'types.parquet: item_id (item) is an object.',
      hint: 'Name its part: --map item_id=item.id',
    })
    await expect(imported({ item_id: 'attrs', timestamp: 'ns' })).rejects.toThrow('item_id (attrs) is an object')
    await expect(imported({ item_id: 'tags', timestamp: 'ns' })).rejects.toThrow('item_id (tags) is a list')
  })

  test('times beside the events are written out, those of events never go through words', async () => {
    const at = new ImportFolder()
    const users = parquetWriteBuffer({
      columnData: [
        { name: 'user_id', data: ['u', 'v'], type: 'STRING' },
        { name: 'since', data: [new Date(0), new Date(T * 1000)], type: 'TIMESTAMP' },
      ],
    })
    await at.importAs('parquet', at.file('u.parquet', Buffer.from(users)))
    expect([1, 2].map((user) => at.read((store) => store.user(user)?.attributes.since))).toEqual([
      '1970-01-01T00:00:00.000Z',
      '2017-01-01T11:53:26.000Z',
    ])
    const { at: events } = await imported({ item_id: 'text16', timestamp: 'us' })
    expect(events.lines.join()).not.toContain('times are read as')
  })

  test('INT96', async () => {
    const at = new ImportFolder()
    const old = join(import.meta.dirname, 'data', 'int96.parquet')
    await at.importAs('parquet', old, { mapping: { columns: { timestamp: 'ns' }, eventTypes: {}, header: true } })
    expect(at.events().map((event) => Number(event.split(' ').at(-1)))).toEqual([0, 1, 2, 3, 4, 5].map((i) => T0 + i))
  })

  test.each<[unknown, number, string]>([
    [1299, 2, '12.99'],
    [-5, 2, '-0.05'],
    [1200n, 2, '12'],
    [0, 0, '0'],
    [Uint8Array.of(0xff, 0x38), 1, '-20'],
    [Uint8Array.of(), 2, '0'],
    [null, 2, ''],
  ])('%s with scale %d is %s', (stored, scale, text) => {
    expect(decimalText(stored, scale)).toBe(text)
  })
})
