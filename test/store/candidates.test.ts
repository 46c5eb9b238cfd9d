import { expect, test } from 'vitest'
import { temporaryStore } from './temporary-store.js'

test('lists come back in order, exact to the last bit, at or below an ingest number', () => {
  const store = temporaryStore()
  const scores = Float32Array.of(0.1, 1 / 3, -1e-8, 0.9, 0.8, 0)
  store.putCandidates('r', 4, [1, 2], Int32Array.of(7, 3, 9, 5, 6, 0), scores)
  store.putCandidates('r', 6, [1], Int32Array.of(1), Float32Array.of(0.5))
  expect(store.candidates('r', 1, 5)).toEqual({
    seq: 4,
    advertisers: Int32Array.of(7, 3, 9),
    scores: scores.slice(0, 3),
  })
  expect(store.candidates('r', 1)).toEqual({ seq: 6, advertisers: Int32Array.of(1), scores: Float32Array.of(0.5) })
  // 0 ends a list that is shorter than the others
  expect(store.candidates('r', 2)).toEqual({ seq: 4, advertisers: Int32Array.of(5, 6), scores: scores.slice(3, 5) })
  expect(store.candidates('r', 3)).toBeUndefined()
  expect(store.candidates('other', 1)).toBeUndefined()
})

test('ids and scores of different lengths are a fault', () => {
  expect(() => temporaryStore().putCandidates('r', 1, [1], Int32Array.of(1, 2), Float32Array.of(1))).toThrow(
    '2 ids and 1 scores for 1 users',
  )
})
