import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { SCHEMA_VERSION } from '../../src/store/schema.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { temporaryFolder, temporaryStore } from './temporary-store.js'

test('a folder without data is refused, with what to do, and stays empty', () => {
  const folder = temporaryFolder()
  expect(() => openStore(folder)).toThrow(
    expect.objectContaining({ name: 'UserError', hint: expect.stringContaining('adseq import csv') as string }),
  )
  expect(existsSync(join(folder, 'adseq.db'))).toBe(false)
})

test('create makes folder and database; what is written is there after reopening, read-only too', () => {
  const folder = join(temporaryFolder(), 'deep', 'er')
  const store = openStore(folder, { create: true })
  store.writer().commit()
  const writer = store.writer()
  writer.event({ user: writer.user('u'), item: writer.item('i'), advertiser: 0, type: 0, domain: 0, time: 1e9 })
  writer.commit()
  store.close()
  for (const readonly of [false, true]) {
    const again = openStore(folder, { readonly })
    expect(again.counts()).toEqual({ users: 1, items: 1, advertisers: 0, events: 1 })
    again.close()
  }
})

test('a read-only store cannot write, and reads while another connection writes', () => {
  const folder = temporaryFolder()
  const store = temporaryStore(folder)
  const reader = openStore(folder, { readonly: true })
  const writer = store.writer()
  writer.user('u')
  expect(reader.counts().users).toBe(0) // not committed yet
  writer.commit()
  expect(reader.counts().users).toBe(1)
  expect(() => reader.setWatermark('run', 1)).toThrow(/readonly/)
  reader.close()
})

test('a workspace of a newer version is refused in one sentence and left as it was', () => {
  const folder = temporaryFolder()
  openStore(folder, { create: true }).close()
  const path = join(folder, 'adseq.db')
  const db = openDatabase(path)
  db.prepare("UPDATE meta SET value = '99' WHERE key = 'schema'").run()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  const before = readFileSync(path)
  for (const options of [{}, { readonly: true }, { create: true }]) {
    expect(() => openStore(folder, options)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: `${path} was written by a newer adseq (schema 99; this one reads up to ${SCHEMA_VERSION}).`,
      }),
    )
  }
  expect(readFileSync(path)).toEqual(before)
})

test('a file that is no database, and a database that is not ours, are refused and left as they were', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'adseq.db')
  writeFileSync(path, 'this is a text that is no database at all, whatever its name says'.repeat(100))
  expect(() => openStore(folder, { create: true })).toThrow(
    expect.objectContaining({ name: 'UserError', message: `${path} is damaged or not a database.` }),
  )

  const other = temporaryFolder()
  const db = openDatabase(join(other, 'adseq.db'))
  db.exec('CREATE TABLE recipes (name TEXT)')
  db.close()
  const before = readFileSync(join(other, 'adseq.db'))
  expect(() => openStore(other, { create: true })).toThrow(
    expect.objectContaining({ name: 'UserError', message: expect.stringContaining('not one of adseq') as string }),
  )
  expect(readFileSync(join(other, 'adseq.db'))).toEqual(before)
})

test('a workspace that is a file is refused', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  expect(() => openStore(join(folder, 'file'), { create: true })).toThrow(
    expect.objectContaining({ name: 'UserError' }),
  )
})

test('a database that was created but not filled (killed at birth) is taken up', () => {
  const folder = temporaryFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'adseq.db'), '')
  const store = temporaryStore(folder)
  expect(store.counts()).toEqual({ users: 0, items: 0, advertisers: 0, events: 0 })
  // an empty file opened read-only gets its schema first
  const other = temporaryFolder()
  writeFileSync(join(other, 'adseq.db'), '')
  const reader = openStore(other, { readonly: true })
  expect(reader.lastSeq()).toBe(0)
  reader.close()
})

test('the database is in WAL mode', () => {
  const folder = temporaryFolder()
  const store = temporaryStore(folder)
  store.writer().commit()
  const db = openDatabase(join(folder, 'adseq.db'), { readonly: true })
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  db.close()
})
