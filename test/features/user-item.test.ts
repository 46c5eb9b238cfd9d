import { expect, it } from 'vitest'
import { rarity, userItemMatrix } from '../../src/features/user-item.js'

// user 0: items 0, 0, 1; user 1: item 1; user 2: items 1, 2
const sequences = { items: Int32Array.of(0, 0, 1, 1, 1, 2), offsets: Uint32Array.of(0, 3, 4, 6) }

it('the matrix of items and users is that computed by hand: tf-idf, every user of length 1', () => {
  const { matrix, rows } = userItemMatrix(sequences, 4, { minCount: 1 })
  expect([...rows]).toEqual([0, 1, 2])
  expect([matrix.height, matrix.width]).toEqual([3, 3])
  const [rare, common] = [Math.log(4 / 2), Math.log(4 / 4)]
  expect(common).toBe(0)
  expect([...rarity(sequences, 4)]).toEqual([rare, 0, rare, Math.log(4)])
  const dense = Array.from({ length: 3 }, () => [0, 0, 0])
  for (let i = 0; i < 3; i++)
    for (let e = matrix.offsets[i]; e < matrix.offsets[i + 1]; e++) dense[i][matrix.columns[e]] = matrix.values[e]
  // everyone met item 1, so that it says nothing; what is left of user 0 is item 0, of user 2 item 2, of user 1 nothing
  expect(dense).toEqual([
    [1, 0, 0],
    [0, 0, 0],
    [0, 0, 1],
  ])
})

it('weighs items within a user by log(1 + n) and rarity, and leaves out items of too few users', () => {
  const more = { items: Int32Array.of(0, 0, 0, 1, 0, 1, 2, 3), offsets: Uint32Array.of(0, 4, 6, 7, 8) }
  const { matrix, rows } = userItemMatrix(more, 4, { minCount: 2 })
  expect([...rows]).toEqual([0, 1])
  // items 0 and 1 are equally rare; user 0 met them 3 and 1 times
  const [x, y] = [Math.log(4), Math.log(2)]
  expect([...matrix.values].map((v) => v.toFixed(6))).toEqual(
    [x / Math.hypot(x, y), Math.SQRT1_2, y / Math.hypot(x, y), Math.SQRT1_2].map((v) => v.toFixed(6)),
  )
  expect([...matrix.columns]).toEqual([0, 1, 0, 1])
})
