import { expect, test } from 'vitest'
import { temporaryFolder, temporaryStore } from './temporary-store.js'

const vectors = (...rows: number[][]): Float32Array => Float32Array.from(rows.flat())

test('a user has the latest vector at or below an ingest number, bit for bit', () => {
  const store = temporaryStore()
  const first = vectors([0.1, -1e-30], [Math.PI, 3e38])
  store.putUserEmbeddings('r', 1000, 5, [1, 2], first)
  store.putUserEmbeddings('r', 2000, 9, [2], vectors([7, 8]))
  store.putUserEmbeddings('other', 1000, 5, [1], vectors([0, 0]))
  expect(store.userEmbedding('r', 2)).toEqual({ seq: 9, asOf: 2000, vector: vectors([7, 8]) })
  expect(store.userEmbedding('r', 2, 8)).toEqual({ seq: 5, asOf: 1000, vector: first.slice(2) })
  expect(store.userEmbedding('r', 2, 4)).toBeUndefined()
  expect(store.userEmbedding('r', 3)).toBeUndefined()
  expect(store.userEmbedding('r', 1)?.vector).toEqual(first.slice(0, 2))
})

test('vectors may lie anywhere in a larger array', () => {
  const store = temporaryStore()
  const table = vectors([9, 9, 9], [1, 2, 3], [4, 5, 6])
  store.putUserEmbeddings('r', 0, 1, [1, 2], table.subarray(3))
  expect(store.userEmbedding('r', 2)?.vector).toEqual(vectors([4, 5, 6]))
})

test('all latest vectors come in order of user', () => {
  const store = temporaryStore()
  store.putUserEmbeddings('r', 0, 1, [3, 1], vectors([3, 3], [1, 1]))
  store.putUserEmbeddings('r', 0, 2, [1], vectors([5, 5]))
  expect(store.userEmbeddings('r')).toEqual({ ids: Int32Array.of(1, 3), vectors: vectors([5, 5], [3, 3]), width: 2 })
  expect(store.userEmbeddings('r', 1)).toEqual({ ids: Int32Array.of(1, 3), vectors: vectors([1, 1], [3, 3]), width: 2 })
  expect(store.userEmbeddings('none')).toEqual({ ids: new Int32Array(0), vectors: new Float32Array(0), width: 0 })
})

test('putting the same again (after a kill) changes nothing', () => {
  const store = temporaryStore()
  for (let i = 0; i < 2; i++) store.putUserEmbeddings('r', 0, 1, [1], vectors([1, 1]))
  expect(store.userEmbeddings('r').ids.length).toBe(1)
})

test('the watermark of a run starts at 0, survives and never goes down', () => {
  const folder = temporaryFolder()
  const store = temporaryStore(folder)
  expect(store.watermark('r')).toBe(0)
  store.setWatermark('r', 7)
  store.setWatermark('r', 3)
  expect(temporaryStore(folder).watermark('r')).toBe(7)
  expect(store.watermark('other')).toBe(0)
})

test('numbers that do not make whole vectors are a fault', () => {
  expect(() => temporaryStore().putUserEmbeddings('r', 0, 1, [1, 2], vectors([1, 2, 3]))).toThrow(
    '3 numbers are not 2 vectors',
  )
})

test('a transaction is all or nothing', () => {
  const store = temporaryStore()
  expect(() =>
    store.transaction(() => {
      store.putUserEmbeddings('r', 0, 1, [1], vectors([1]))
      store.setWatermark('r', 1)
      throw new Error('stop')
    }),
  ).toThrow('stop')
  expect([store.watermark('r'), store.userEmbedding('r', 1)]).toEqual([0, undefined])
})
