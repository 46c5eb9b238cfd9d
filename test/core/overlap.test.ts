import { expect, test } from 'vitest'
import { overlapOf } from '../../src/core/overlap.js'

test.each<[number[], number[], number]>([
  [[1, 2, 3], [2, 3, 4, 5], 2 / 4],
  [[2, 3, 4, 5], [1, 2, 3], 2 / 4],
  [[1, 2], [2, 1], 1],
  [[], [7], 0],
  [[], [], 1],
])('the overlap of %j and %j is %f, whatever holds them', (one, other, share) => {
  expect(overlapOf(one, other)).toBe(share)
  expect(overlapOf(Int32Array.from(one), Int32Array.from(other))).toBe(share)
  expect(overlapOf(one.map(String), other.map(String))).toBe(share)
})
