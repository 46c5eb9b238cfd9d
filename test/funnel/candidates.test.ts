import { expect, test } from 'vitest'
import { fusion, union } from '../../src/funnel/candidates.js'

const found = (ads: number[], scores: number[]) => ({ ads, scores, searched: 0, exact: true, rounds: 1, ms: 0 })

test('an ad that two generators found is one candidate with both sources', () => {
  const { ads, sources } = union([found([7, 3], [0.9, 0.5]), null, found([3, 5], [12, 4])])
  expect([...ads]).toEqual([7, 3, 5])
  expect(sources[1]).toEqual([
    { generator: 0, rank: 2, score: 0.5 },
    { generator: 2, rank: 1, score: 12 },
  ])
})

test('fused ranks: 1/61 for one first place, 1/62 + 1/61 for a second and a first', () => {
  const scores = fusion(union([found([7, 3], [1, 1]), found([3], [1])]))
  expect(scores[0]).toBeCloseTo(1 / 61, 7)
  expect(scores[1]).toBeCloseTo(1 / 62 + 1 / 61, 7)
})
