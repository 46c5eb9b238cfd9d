import { expect, test } from 'vitest'
import { bestPlaces } from '../../src/core/best-places.js'
import { Rng } from '../../src/core/rng.js'

test('the best of many are those of a whole sort, equal scores in order of key', () => {
  const rng = new Rng(4)
  const draws = {
    'few distinct scores': () => rng.int(9),
    'apart only in the last bits': () => 1 + rng.int(50) * Number.EPSILON,
    'of both signs': () => rng.normal(),
    'of every size': () => 10 ** (rng.normal() * 80),
  }
  for (const [name, draw] of Object.entries(draws))
    for (const size of [1, 2, 7, 8, 9, 40, 500]) {
      const scores = Float64Array.from({ length: size }, draw)
      const keys = rng.shuffle(Int32Array.from({ length: size }, (_, i) => i * 3))
      const sorted = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || keys[a] - keys[b])
      for (const n of [0, 1, size >> 1, size - 1, size, size + 5])
        expect(Array.from(bestPlaces(scores, keys, n)), `${name}, ${n} of ${size}`).toEqual(sorted.slice(0, n))
    }
})

test('infinite scores, and those that do not count, have their place', () => {
  const scores = Float64Array.of(0, Infinity, -1, -Infinity, 1e308, 99, 99)
  expect(Array.from(bestPlaces(scores, Int32Array.of(0, 1, 2, 3, 4, 5, 6), 9, 5))).toEqual([1, 4, 0, 2, 3])
  expect(Array.from(bestPlaces(Float64Array.of(-0, 0, -0), Int32Array.of(2, 1, 0), 3))).toEqual([2, 1, 0])
})
