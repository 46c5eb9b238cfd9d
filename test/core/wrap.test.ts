import { expect, test } from 'vitest'
import { wrap } from '../../src/core/wrap.js'

test('lines break between words, and those after the first are indented under it', () => {
  expect(wrap('There is no data in this folder.', 28, 'Error: ')).toBe(
    'Error: There is no data in\n       this folder.',
  )
})

test('a word that is longer than the line stays whole, to be copied', () => {
  expect(wrap('see /a/path/that/is/longer/than/the/line now', 24)).toBe(
    'see\n/a/path/that/is/longer/than/the/line\nnow',
  )
})

test('the lines of an indented one are indented, too', () => {
  expect(wrap('Hard here:\n  Own repeats: a third of all conversions.', 24)).toBe(
    'Hard here:\n  Own repeats: a third\n  of all conversions.',
  )
})

test('a text that fits, and one in a pipe, are left as they are', () => {
  expect(wrap('two  spaces', 80)).toBe('two  spaces')
  const long = 'word '.repeat(100).trim()
  expect(wrap(long, undefined, 'Try:   ')).toBe(`Try:   ${long}`)
})

test('a number stays with its unit', () => {
  expect(wrap('recall@10 over 41,509 conversions, 0.3 s', 38)).toBe('recall@10 over 41,509 conversions,\n0.3 s')
})

test('characters that take two columns are counted as two', () => {
  // 20 columns: four words of 4 columns with a space between them are 19, five would be 24
  expect(wrap('漢字 漢字 漢字 漢字 漢字', 20)).toBe('漢字 漢字 漢字 漢字\n漢字')
})

test('a table in a text keeps its blanks; only lines that are too wide are broken', () => {
  expect(wrap('  name   1\n  other  2\na sentence that is too wide', 20)).toBe(
    '  name   1\n  other  2\na sentence that is\ntoo wide',
  )
})
