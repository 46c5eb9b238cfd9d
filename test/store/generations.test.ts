import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Generations, type Generation } from '../../src/store/generations.js'
import { openStore } from '../../src/store/open.js'
import { SCHEMA_1 } from '../../src/store/schema.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { temporaryFolder, temporaryStore } from './temporary-store.js'

const generation = (id: string, created: number): Generation => ({
  id,
  created,
  advertiserRun: 'a1',
  itemRun: 'i1',
  seq: created / 10,
  vectorsHash: 'v',
  indexHash: 'x',
  info: { connectivity: 16, recall: { 10: 0.98 } },
})

test('publishing serves the new generation; an earlier one can be served again', () => {
  const folder = temporaryFolder()
  const store = temporaryStore(folder)
  expect(store.currentGeneration()).toBeUndefined()
  expect(store.listGenerations()).toEqual([])
  const [one, two] = [generation('g1', 100), generation('g2', 200)]
  store.publishGeneration(one)
  store.publishGeneration(two)
  expect(store.currentGeneration()).toEqual(two)
  expect(store.listGenerations()).toEqual([two, one])
  store.setCurrentGeneration('g1')
  const reader = openStore(folder, { readonly: true })
  expect(reader.currentGeneration()).toEqual(one)
  expect(reader.generation('g2')).toEqual(two)
  expect(reader.generation('g3')).toBeUndefined()
  reader.close()
})

test('a generation that cannot be published leaves the served one', () => {
  const store = temporaryStore()
  store.publishGeneration(generation('g1', 100))
  store.publishGeneration(generation('g2', 200))
  expect(() => store.publishGeneration(generation('g1', 300))).toThrow()
  expect(store.currentGeneration()?.id).toBe('g2')
  expect(store.listGenerations().length).toBe(2)
})

test('an unknown generation cannot be served', () => {
  const store = temporaryStore()
  store.publishGeneration(generation('g1', 100))
  expect(() => store.setCurrentGeneration('g9')).toThrow(
    expect.objectContaining({ name: 'UserError', message: 'There is no generation g9.' }),
  )
  expect(store.currentGeneration()?.id).toBe('g1')
})

test('runs and files that a generation does without are absent, not null', () => {
  const store = temporaryStore()
  store.publishGeneration({ id: 'g', created: 1, itemRun: 'i1', seq: 0, info: {} })
  expect(store.currentGeneration()).toEqual({ id: 'g', created: 1, itemRun: 'i1', seq: 0, info: {} })
})

test('the flip is committed with synchronous = FULL, other writes without', () => {
  const db = openDatabase(join(temporaryFolder(), 'x.db'))
  db.exec(SCHEMA_1)
  db.pragma('synchronous = NORMAL')
  const levels: unknown[] = []
  const level = (): unknown => db.pragma('synchronous', { simple: true })
  const transaction = db.transaction.bind(db)
  vi.spyOn(db, 'transaction').mockImplementation(((work: () => void) =>
    transaction(() => (levels.push(level()), work()))) as typeof db.transaction)
  new Generations(db).publish(generation('g1', 100))
  expect(levels).toEqual([2]) // 2 = FULL, 1 = NORMAL
  expect(level()).toBe(1)
  db.close()
})
