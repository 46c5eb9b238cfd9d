import { expect, test } from 'vitest'
import { median } from '../../src/core/median.js'

test('the middle of some numbers, which stay in their order; of an even number the mean of two; of none undefined', () => {
  const numbers = [10, 1, 9, 2]
  expect([median([3, 1, 2]), median(numbers), median(Float32Array.of(7)), median([])]).toEqual([2, 5.5, 7, undefined])
  expect(numbers).toEqual([10, 1, 9, 2])
})
