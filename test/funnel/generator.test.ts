import { expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { rankedBy } from '../../src/funnel/generators/generator.js'

test('the best of many are those of a whole sort, equal scores in order of index', () => {
  const rng = new Rng(4)
  // few distinct scores, so that many are equal where the list ends
  const scores = new Map(Array.from(rng.shuffle(Int32Array.from({ length: 500 }, (_, e) => e)), (e) => [e, rng.int(9)]))
  const sorted = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0])
  for (const n of [1, 10, 100, 249, 250, 400, 500, 600]) {
    const { entries, scores: found, complete } = rankedBy(scores, n)
    expect(Array.from(entries)).toEqual(sorted.slice(0, n).map(([entry]) => entry))
    expect(Array.from(found)).toEqual(sorted.slice(0, n).map(([, score]) => score))
    expect(complete).toBe(n >= 500)
  }
  expect(rankedBy(new Map(), 3)).toMatchObject({ complete: true })
})
