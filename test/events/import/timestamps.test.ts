import { describe, expect, test } from 'vitest'
import { parseTime, timeUnit } from '../../../src/events/import/timestamps.js'

test.each([
  ['1483271606', 'seconds'],
  ['1483271606.5', 'seconds'],
  ['1483271606000', 'milliseconds'],
  ['1483271606000000', 'microseconds'],
  ['2017-01-01', 'iso'],
  ['2017-01-01T11:53:26Z', 'iso'],
  ['', undefined],
  ['0', undefined],
  ['-5', undefined],
  ['148327160', undefined], // cut by one digit: 1974
  ['99999999999999999999', undefined],
  ['Infinity', undefined],
  ['01/02/2017', undefined],
  ['yesterday', undefined],
])('%j is in %s', (text, unit) => {
  expect(timeUnit(text)).toBe(unit)
})

test('numbers become whole seconds; a value of another unit is none', () => {
  expect(parseTime('1483271606', 'seconds')).toBe(1483271606)
  expect(parseTime('1483271606999', 'milliseconds')).toBe(1483271606)
  expect(parseTime('1.483271606e9', 'seconds')).toBe(1483271606)
  expect(parseTime('1483271606000', 'seconds')).toBeUndefined()
  expect(parseTime('1483271606', 'milliseconds')).toBeUndefined()
  expect(parseTime('2017-01-01', 'seconds')).toBeUndefined()
})

test('the sane range is 1990 to 2100', () => {
  expect(parseTime('1990-01-01', 'iso')).toBe(Date.UTC(1990, 0, 1) / 1000)
  expect(parseTime('1989-12-31T23:59:59Z', 'iso')).toBeUndefined()
  expect(parseTime('2099-12-31T23:59:59Z', 'iso')).toBe(Date.UTC(2100, 0, 1) / 1000 - 1)
  expect(parseTime('2100-01-01', 'iso')).toBeUndefined()
})

describe('ISO 8601', () => {
  const noon = Date.UTC(2019, 9, 1, 12) / 1000
  test.each([
    '2019-10-01T12:00:00Z',
    '2019-10-01 12:00:00 UTC',
    '2019-10-01 12:00:00',
    '2019-10-01T12:00',
    '2019-10-01T12:00:00.999Z',
    '2019-10-01T14:00:00+02:00',
    '2019-10-01T07:30:00-0430',
    '2019-10-01T12:00:00,5',
  ])('%s', (text) => {
    expect(parseTime(text, 'iso')).toBe(noon)
  })

  test.each([
    '2019-13-01',
    '2019-00-01',
    '2019-02-30',
    '2019-10-01T24:00:00Z',
    '2019-10-01T12:60:00Z',
    '2019-10-01T',
    '2019-10-01T12',
    '2019-1-1',
    '20191001',
    '2019-10-01T12:00:00 CET',
    'x2019-10-01',
  ])('%s is no time', (text) => {
    expect(parseTime(text, 'iso')).toBeUndefined()
  })

  test('the 29th of February is one in leap years only', () => {
    expect(parseTime('2020-02-29', 'iso')).toBe(Date.UTC(2020, 1, 29) / 1000)
    expect(parseTime('2019-02-29', 'iso')).toBeUndefined()
  })
})
