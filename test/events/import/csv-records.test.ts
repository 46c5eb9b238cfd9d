import { describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { CsvRecords, MAX_RECORD } from '../../../src/events/import/csv-records.js'

interface Read {
  line: number
  fields: (string | undefined)[] | string
  offset: number
  lines: number
  resumable: boolean
}

/** All records of a text that comes in the given pieces; a malformed one as its error. */
function read(pieces: Buffer[], records = new CsvRecords(',')): Read[] {
  const found: Read[] = []
  const drain = (): void => {
    while (records.next()) {
      const fields = records.error ?? Array.from({ length: records.fields }, (_, i) => records.field(i))
      found.push({
        line: records.line,
        fields,
        offset: records.offset,
        lines: records.lines,
        resumable: records.resumable,
      })
    }
  }
  for (const piece of pieces) {
    records.feed(piece, false)
    drain()
  }
  records.feed(Buffer.alloc(0), true)
  drain()
  return found
}

const rows = (text: string): Read['fields'][] => read([Buffer.from(text)]).map(({ fields }) => fields)

describe('records', () => {
  test.each<[string, Read['fields'][]]>([
    [
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\nc,d\r',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['', []],
    ['\n\r\n\na\n\n', [['a']]],
    [',\n', [['', '']]],
    ['a,,b\n', [['a', '', 'b']]],
    ['"a,1","b\n2",c\n', [['a,1', 'b\n2', 'c']]],
    ['"say ""hi""",""\n', [['say "hi"', '']]],
    ['""""\n', [['"']]],
    ['"a"\r\n"b"\r\n', [['a'], ['b']]],
    ['x,"a"', [['x', 'a']]],
    ['5" PIPE,2\n', [['5" PIPE', '2']]], // a quote inside an unquoted field is text
    ['a "b" c,"d"\n', [['a "b" c', 'd']]],
    ['"a" b,c\nd,e\n', ['text after a closing quote', ['d', 'e']]],
    ['a,"never closed\nb,c\nd,e\n', ['quote is never closed', ['b', 'c'], ['d', 'e']]],
    ['ä,日本,😀\n', [['ä', '日本', '😀']]],
    ['"ä ""x""",é\n', [['ä "x"', 'é']]],
    ['a\0b,c\n', [[undefined, 'c']]],
  ])('%j', (text, expected) => {
    expect(rows(text)).toEqual(expected)
  })

  test('bytes that are not UTF-8 make that field unreadable, no other', () => {
    const text = Buffer.concat([Buffer.from('a,ä'), Buffer.from([0xe4, 0x2c]), Buffer.from('c\nd,ö,f\n')])
    expect(read([text]).map(({ fields }) => fields)).toEqual([
      ['a', undefined, 'c'],
      ['d', 'ö', 'f'],
    ])
  })

  test('lines are counted through quoted line ends, empty lines and malformed records', () => {
    expect(read([Buffer.from('h\n"a\nb\nc"\n\n"x"y\nz')]).map(({ line, fields }) => [line, fields])).toEqual([
      [1, ['h']],
      [2, ['a\nb\nc']],
      [6, 'text after a closing quote'],
      [7, ['z']],
    ])
  })

  test('other delimiters', () => {
    const records = new CsvRecords('\t')
    expect(read([Buffer.from('a,b\tc\n"d\te"\tf\n')], records).map(({ fields }) => fields)).toEqual([
      ['a,b', 'c'],
      ['d\te', 'f'],
    ])
  })

  test('the raw text of a record is as it was written, cut', () => {
    const records = new CsvRecords(',')
    records.feed(Buffer.from('"ä\n1",x\r\nb\n'), true)
    records.next()
    expect([records.raw(100), records.raw(3)]).toEqual(['"ä\n1",x', '"ä'])
  })
})

describe('bounds', () => {
  const long = 'x'.repeat(MAX_RECORD + 1)

  test('a line that is too long is one malformed record, however it comes', () => {
    const text = Buffer.from(`a,b\n${long},${long}\nc,d\n`)
    for (const size of [text.length, 1000, MAX_RECORD - 1, MAX_RECORD + 3]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.subarray(i * size, (i + 1) * size),
      )
      const found = read(pieces)
      expect(found.map(({ line, fields }) => [line, fields])).toEqual([
        [1, ['a', 'b']],
        [2, `line longer than ${MAX_RECORD} bytes`],
        [3, ['c', 'd']],
      ])
      expect(found[2].offset).toBe(text.length)
    }
  })

  test('inside a line that is dropped nothing can be resumed', () => {
    const records = new CsvRecords(',')
    records.feed(Buffer.from(long), false)
    expect(records.next()).toBe(true)
    expect(records.resumable).toBe(false)
    records.feed(Buffer.from('more'), false)
    expect(records.next()).toBe(false)
    records.feed(Buffer.from('\na\n'), false)
    expect([records.next(), records.field(0), records.resumable]).toEqual([true, 'a', true])
  })

  test('a quote that is never closed costs its line only, and no more memory than a record', () => {
    const text = `"open,1\n${'b,2\n'.repeat(MAX_RECORD)}`
    const found = read([Buffer.from(text)])
    expect(found.length).toBe(MAX_RECORD + 1)
    expect(found[0].fields).toBe('quote is never closed')
    expect(found[1].fields).toEqual(['b', '2'])
  })

  test('more than 1,024 fields are counted', () => {
    const records = new CsvRecords(',')
    records.feed(Buffer.from(`${','.repeat(5000)}\n`), true)
    expect([records.next(), records.fields]).toEqual([true, 5001])
  })
})

describe('any text', () => {
  const alphabet = ['a', 'b', ',', ',', '"', '"', '\n', '\n', '\r\n', '\r', 'ä', ' ']
  const randomText = (rng: Rng): Buffer =>
    Buffer.from(Array.from({ length: rng.int(40) }, () => alphabet[rng.int(alphabet.length)]).join(''))

  test('is read alike in one piece, cut anywhere, and byte by byte', () => {
    const rng = new Rng(1)
    for (let round = 0; round < 1500; round++) {
      const text = randomText(rng)
      const whole = read([text])
      const cut = rng.int(text.length + 1)
      expect(read([text.subarray(0, cut), text.subarray(cut)]), JSON.stringify(text.toString())).toEqual(whole)
      expect(read([...text].map((byte) => Buffer.of(byte))), JSON.stringify(text.toString())).toEqual(whole)
    }
  })

  test('goes on behind any record as if it had not stopped', () => {
    const rng = new Rng(2)
    for (let round = 0; round < 1500; round++) {
      const text = randomText(rng)
      const whole = read([text])
      for (const [i, { offset, lines }] of whole.entries()) {
        expect(
          read([text.subarray(offset)], new CsvRecords(',', offset, lines)),
          JSON.stringify(text.toString()),
        ).toEqual(whole.slice(i + 1))
      }
    }
  })

  test('that was written by the rules is read back', () => {
    const rng = new Rng(3)
    const pieces = ['a', '1', ',', '"', '\n', '\r\n', 'ö', ' ']
    for (let round = 0; round < 500; round++) {
      const table = Array.from({ length: 1 + rng.int(5) }, () =>
        Array.from({ length: 2 + rng.int(3) }, () =>
          Array.from({ length: rng.int(5) }, () => pieces[rng.int(pieces.length)]).join(''),
        ),
      )
      const end = rng.int(2) === 0 ? '\n' : '\r\n'
      const text = table
        .map((row) =>
          row
            .map((field) => (/[",\r\n]/.test(field) || rng.int(3) === 0 ? `"${field.replaceAll('"', '""')}"` : field))
            .join(','),
        )
        .join(end)
      expect(rows(text)).toEqual(table)
    }
  })
})
