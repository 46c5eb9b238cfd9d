import { describe, expect, test } from 'vitest'
import { csvHead } from '../../../src/events/import/csv-head.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606
const head = (text: string) => csvHead(Buffer.from(text), true)
const NAMES = ['user_id', 'item_id', 'event_type', 'timestamp']
const row = (i: number): string => [`u${i}`, `i${i}`, 'view', T + i].join(',')
const TABLE = [NAMES.join(','), row(1), row(2), ''].join('\n')

describe('which line names the columns', () => {
  test.each<[string, string, number]>([
    ['the first', '', 0],
    ['behind comments', '# exported today\n# by me, and you\n', 2],
    ['behind a title and an empty row', 'Report of events,,,\n,,,\n', 2],
  ])('%s', (_, before, lines) => {
    expect(head(before + TABLE)).toMatchObject({
      header: NAMES,
      before: before.length,
      linesBefore: lines,
      passedOver: lines,
    })
  })

  test('behind a title; an empty line after it is no line', () => {
    expect(head(`Report\n\n${TABLE}`)).toMatchObject({ header: NAMES, before: 'Report\n'.length, passedOver: 1 })
  })

  test.each<[string, string, string[]]>([
    ['one column', 'user_id\nann\nbob\n', ['user_id']],
    ['rows that differ', 'a\n1,2,3\n4,5\n', ['a']],
    ['values in the place of names', 'note\n1,2,3\n4,5,6\n7,8,9\n', ['note']],
    [
      'movies, of which the first has one genre',
      '1::A (1990)::Drama\n2::B, C (1991)::X|Y|Z\n3::D::X|Y|Z\n4::E::X|Y|Z\n',
      ['1::A (1990)::Drama'],
    ],
    ['a first column without a name', ',user_id,x\n0,u,1\n', ['', 'user_id', 'x']],
  ])('the first stays: %s', (_, text, header) => {
    expect(head(text)).toMatchObject({ header, passedOver: 0 })
  })

  test('rows behind a title are all there, with their lines; an import goes on behind it', async () => {
    const at = new ImportFolder()
    const { files } = await at.import(at.file('e.csv', `Events of 2017,,,\n,,,\n${TABLE}bad\n`), { maxRejects: 1 })
    expect(at.events()).toEqual([1, 2].map((i) => `u${i} i${i} - view 0 ${T + i}`))
    expect(files[0].rows).toBe(2)
    expect(at.rejects('e.csv').map(({ line }) => line)).toEqual([6])
    expect(at.lines).toContain('e.csv: 2 lines before the names of columns passed over.')
  })
})

describe('separators', () => {
  test.each([',', '\t', ';', '|'])('%j', (delimiter) => {
    expect(head(TABLE.replaceAll(',', delimiter))).toMatchObject({ delimiter, header: NAMES })
  })

  test.each(['sep=;\r\n', '"sep=;"\n'])('%j, as Excel names it, is no row', (line) => {
    const found = head(`${line}a,b;c\n1;2\n`)
    expect(found).toMatchObject({
      delimiter: ';',
      header: ['a,b', 'c'],
      before: line.length,
      linesBefore: 1,
      passedOver: 0,
    })
  })
})

describe('quotes inside of fields', () => {
  const rows = (quote: string): string =>
    `${NAMES.join(',')},title\n${row(1)},"5${quote} pipe, long"\n${row(2)},"a \\\\ b"\n`

  test('behind a backslash, as Spark and MySQL write them: told by the file, and read', async () => {
    const at = new ImportFolder()
    await at.import(at.file('e.csv', rows('\\"')))
    expect(at.items()).toEqual(['i1 - - - 5" pipe, long', 'i2 - - - a \\ b'])
    expect(at.lines).toContain('e.csv: quotes inside of fields have a backslash before them.')
  })

  test('doubled: a backslash is a character like any other', async () => {
    const at = new ImportFolder()
    await at.import(at.file('e.csv', rows('""')))
    expect(at.items()).toEqual(['i1 - - - 5" pipe, long', 'i2 - - - a \\\\ b'])
    expect(head(`a,b\n"c:\\","d"\n`).dialect).toEqual({})
  })
})
