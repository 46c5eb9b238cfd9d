import { expect, test } from 'vitest'
import { ImportConflict, type ImportRecord } from '../../src/store/imports.js'
import { temporaryStore } from './temporary-store.js'

const record: ImportRecord = {
  hash: 'h',
  name: 'e.csv',
  format: 'csv',
  kind: 'events',
  options: {},
  status: 'running',
  offset: 10,
  line: 2,
  rows: 1,
  skipped: 0,
  rejected: 0,
  reasons: {},
  started: 1e9,
}

test('a begun import is closed where it stands, once; the process that ran it can save no more', () => {
  const { imports } = temporaryStore()
  imports.save(record, undefined)
  expect(() => imports.close('h', 11)).toThrow(ImportConflict)
  expect(imports.find('h')?.status).toBe('running')
  imports.close('h', 10)
  expect(imports.find('h')).toMatchObject({ status: 'done', offset: 10 })
  expect(() => imports.close('h', 10)).toThrow(ImportConflict)
  expect(() => imports.save({ ...record, offset: 20 }, 10)).toThrow(ImportConflict)
})

test('the last time of a user within a span, of the open transaction too', () => {
  const writer = temporaryStore().writer()
  const event = { item: 1, advertiser: 0, type: 0, domain: 0 }
  for (const time of [100, 105, 99]) writer.event({ ...event, user: 1, time })
  writer.event({ ...event, user: 2, time: 104 })
  expect(writer.lastTime(1, 99, 104)).toBe(100)
  expect(writer.lastTime(1, 100, 200)).toBe(105)
  expect(writer.lastTime(2, 105, 200)).toBeUndefined()
})
