import { describe, expect, test } from 'vitest'
import { parseTime, timeUnit, type TimeUnit } from '../../../src/events/import/timestamps.js'
import { ImportFolder } from './workspace.js'

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

test('a whole number of nanoseconds is cut as text: a double would round it up to the next second', () => {
  expect(timeUnit('1483271606999999999')).toBe('nanoseconds')
  expect(parseTime('1483271606999999999', 'nanoseconds')).toBe(1483271606)
})

test('a number that a spreadsheet has rounded is no time', () => {
  expect(timeUnit('1.48E+09')).toBeUndefined()
  expect(timeUnit('1.48327E+12')).toBeUndefined()
  expect(timeUnit('1.483271606E+09')).toBe('seconds')
})

describe('dates as spreadsheets, servers and people write them', () => {
  const noon = Date.UTC(2019, 9, 1, 12) / 1000
  test.each<[string, TimeUnit]>([
    ['20191001120000', 'digits'],
    ['201910011200', 'digits'],
    ['20191001T120000', 'digits'],
    ['43739.5', 'sheet days'],
    ['1/10/2019 12:00', 'day first'],
    ['01.10.2019 12:00:00', 'day first'],
    ['1-10-19 12:00', 'day first'],
    ['10/1/2019 12:00:00 PM', 'month first'],
    ['10/1/19, 12:00 p.m.', 'month first'],
    ['2019/10/1 12:00', 'iso'],
    ['2019.10.01 12:00:00.5', 'iso'],
    ['2019-10-01T14:00+02', 'iso'],
    ['2019-10-01t12:00:00z', 'iso'],
    ['2019-10-01T14:00+02:00[Europe/Berlin]', 'iso'],
    ['Tue, 01 Oct 2019 12:00:00 GMT', 'words'],
    ['[01/Oct/2019:14:00:00 +0200]', 'words'],
    ['Tue Oct 01 12:00:00 +0000 2019', 'words'],
    ['Tue Oct  1 12:00:00 UTC 2019', 'words'],
    ['Oct 1, 2019 12:00:00 PM', 'words'],
    ['1-OCT-2019 12:00', 'words'],
    ['1 October 2019, 12:00', 'words'],
  ])('%s (%s)', (text, unit) => {
    expect(parseTime(text, unit)).toBe(noon)
  })

  test('midnight and noon of twelve hours', () => {
    expect(parseTime('10/1/2019 12:30 AM', 'month first')).toBe(noon - 11.5 * 3600)
    expect(parseTime('10/1/2019 1:30 PM', 'month first')).toBe(noon + 1.5 * 3600)
    expect(parseTime('10/1/2019 13:30 PM', 'month first')).toBeUndefined()
  })

  test.each([
    '31/11/2019',
    '2019-10-01-05:99:00',
    '20191301',
    '20190230',
    '1/2',
    '32/1/2019',
    'Oct 2019',
    '5 Smarch 2019',
    'Oct 1 2019 or so',
    'about Oct 1, 2019',
  ])('%s is no time', (text) => {
    expect(timeUnit(text)).toBeUndefined()
  })

  test('a file of dates that may begin with the day or the month is asked about; one row that shows it is enough', async () => {
    const file = (at: ImportFolder, times: string[]): string =>
      at.file('e.csv', ['user_id,item_id,event_type,timestamp', ...times.map((time) => `u,i,view,${time}`)])
    const days = async (times: string[], dates?: 'day-first' | 'month-first'): Promise<string[]> => {
      const at = new ImportFolder()
      await at.import(file(at, times), { dates })
      return at.events().map((event) => new Date(Number(event.split(' ').at(-1)) * 1000).toISOString().slice(0, 10))
    }
    const unsure = new ImportFolder()
    const refused = await unsure.refusal(file(unsure, ['1/2/2019', '3/4/2019']))
    expect(refused.message).toContain('e.csv: whether 1/2/2019 begins with the day or the month cannot be told')
    expect(refused.hint).toContain('--dates day-first or --dates month-first')
    expect(await days(['1/2/2019'], 'day-first')).toEqual(['2019-02-01'])
    expect(await days(['1/2/2019', '3/1/2019'], 'month-first')).toEqual(['2019-01-02', '2019-03-01'])
    expect(await days(['1/3/2019', '13/1/2019'])).toEqual(['2019-03-01', '2019-01-13'])
    expect(await days(['1/4/2019', '1/13/2019'])).toEqual(['2019-01-04', '2019-01-13'])
    expect(await days(['1.5.2019', '2.5.2019'])).toEqual(['2019-05-01', '2019-05-02'])
  })
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
