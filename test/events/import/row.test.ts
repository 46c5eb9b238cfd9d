import { expect, test } from 'vitest'
import { badId, categoryPath, isUnknown } from '../../../src/events/import/row.js'

test.each([
  'NULL',
  'null',
  'NaN',
  'nan',
  'None',
  '\\N',
  'N/A',
  '#N/A',
  'NaT',
  '<NA>',
  '(null)',
  'undefined',
  '-',
  '—',
  '?',
])('%s says that a value is not known', (word) => {
  expect(isUnknown(word)).toBe(true)
  expect(badId(word)).toBe('is not known (NULL, NaN, -)')
})

test.each(['nano', 'Nadia', '-1', 'u-2', 'None of them', 'unknown pleasures', '0', 'x', '\\x', '#1'])(
  '%s is a value',
  (word) => {
    expect(isUnknown(word)).toBe(false)
    expect(badId(word)).toBeUndefined()
  },
)

test.each([
  ['', 'is empty'],
  ['x'.repeat(201), 'is longer than 200 characters'],
  ['1.23457E+15', 'was rounded before it came here (1.23E+15)'],
  ['1.2345678901234568e+18', 'was rounded before it came here (1.23E+15)'],
  ['a\0b', 'holds a NUL byte'],
  ['a\uFFFDb', 'holds a character that was lost when it was written'],
  ['a\ud83d', 'holds a character that was lost when it was written'],
])('%j is no id: it %s', (text, why) => {
  expect(badId(text)).toBe(why)
})

test.each([
  '1.23457E+5', // all digits are there
  '1.0E10', // Java's way to write a whole number
  'C++',
  '😀',
  'E+15',
])('%s is an id', (text) => {
  expect(badId(text)).toBeUndefined()
})

test('a category is made of the parts that are known, and never ends in half a character', () => {
  expect(categoryPath('a', 'NULL', undefined, ' b/c ')).toBe('a/b|c')
  expect(categoryPath('-', '')).toBeUndefined()
  expect(categoryPath('x'.repeat(999) + '😀')).toBe('x'.repeat(999))
})
