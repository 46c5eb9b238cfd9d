import { expect, test } from 'vitest'
import { Union, chosen, fusion, type Candidates } from '../../src/funnel/candidates.js'

const found = (ads: number[], scores: number[]) => ({
  ads: Int32Array.from(ads),
  scores: Float64Array.from(scores),
  searched: 0,
  exact: true,
  rounds: 1,
  ms: 0,
})
const union = (...all: Parameters<Union['of']>[0]): Candidates => new Union(10).of(all)
const sources = ({ offsets, generator, rank, score }: Candidates, c: number): number[][] =>
  [generator, rank, score].map((column) => [...column.subarray(offsets[c], offsets[c + 1])])

test('an ad that two generators found is one candidate with both sources', () => {
  const all = union(found([7, 3], [0.9, 0.5]), null, found([3, 5], [12, 4]))
  expect([...all.ads]).toEqual([7, 3, 5])
  expect(sources(all, 1)).toEqual([
    [0, 2],
    [2, 1],
    [0.5, 12],
  ])
  const some = chosen(all, Int32Array.of(2, 1))
  expect([...some.ads]).toEqual([5, 3])
  expect([sources(some, 0), sources(some, 1)]).toEqual([[[2], [2], [4]], sources(all, 1)])
})

test('a request knows nothing of the one before', () => {
  const joined = new Union(10)
  joined.of([found([1, 2], [1, 1])])
  expect(joined.of([found([2, 1], [5, 4])])).toEqual(union(found([2, 1], [5, 4])))
})

test('fused ranks: 1/61 for one first place, 1/62 + 1/61 for a second and a first', () => {
  const scores = fusion(union(found([7, 3], [1, 1]), found([3], [1])))
  expect(scores[0]).toBeCloseTo(1 / 61, 7)
  expect(scores[1]).toBeCloseTo(1 / 62 + 1 / 61, 7)
})
