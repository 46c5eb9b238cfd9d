import { describe, expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { blend, type BlendOptions } from '../../src/funnel/blend.js'
import type { Candidates } from '../../src/funnel/candidates.js'

const wide: BlendOptions = { k: 10, advertiserCap: 10, diversity: 1, standardShare: 1, quotas: [100] }

/** Ads 0, 1, 2 ...; each found by generator 0 unless said otherwise. */
function candidates(n: number, generators: (ad: number) => number[] = () => [0]): Candidates {
  const foundBy = Array.from({ length: n }, (_, ad) => generators(ad))
  const offsets = new Int32Array(n + 1)
  foundBy.forEach((all, ad) => (offsets[ad + 1] = offsets[ad] + all.length))
  return {
    ads: Int32Array.from({ length: n }, (_, ad) => ad),
    offsets,
    generator: Int32Array.from(foundBy.flat()),
    rank: new Int32Array(offsets[n]).fill(1),
    score: new Float64Array(offsets[n]).fill(1),
  }
}

/** Shopping ads of items 0, 1, 2 ... of the advertisers named; item -1: a standard ad. */
const inventory = (advertisers: number[], items = advertisers.map((_, i) => i)) => ({
  advertiser: Int32Array.from(advertisers),
  item: Int32Array.from(items),
})

const handed = (result: ReturnType<typeof blend>): number[] => result.blended.map(({ candidate }) => candidate)

describe('blend', () => {
  test('hands on the best k, of equal scores the ad of the lower index', () => {
    const result = blend(candidates(5), [1, 3, 3, 2, 0], inventory([0, 1, 2, 3, 4]), { ...wide, k: 3 })
    expect(handed(result)).toEqual([1, 2, 3])
    expect(result.dropped).toEqual(['beyond k', undefined, undefined, undefined, 'beyond k'])
  })

  test('an advertiser has no more than its cap', () => {
    const result = blend(candidates(4), [9, 8, 7, 1], inventory([0, 0, 0, 1]), { ...wide, advertiserCap: 2 })
    expect(handed(result)).toEqual([0, 1, 3])
    expect(result.dropped[2]).toBe('advertiser cap')
  })

  test('each ad of an advertiser makes the next count less', () => {
    // 8, then 7 of another beats 9 * .5 = 4.5 ... of the first advertiser: 10, 7, 9 * .5 = 4.5, 6 * .25 = 1.5
    const result = blend(candidates(4), [10, 9, 6, 7], inventory([0, 0, 0, 1]), { ...wide, diversity: 0.5 })
    expect(result.blended).toEqual([
      { candidate: 0, score: 10 },
      { candidate: 3, score: 7 },
      { candidate: 1, score: 4.5 },
      { candidate: 2, score: 1.5 },
    ])
  })

  test('an item is handed on once', () => {
    const result = blend(candidates(3), [3, 2, 1], inventory([0, 1, 2], [7, 7, 8]), wide)
    expect(handed(result)).toEqual([0, 2])
    expect(result.dropped[1]).toBe('same item')
  })

  test('standard ads keep to their share, unless there is room at the end', () => {
    const ads = inventory([0, 1, 2, 3], [-1, -1, 5, 6])
    const result = blend(candidates(4), [4, 3, 2, 1], ads, { ...wide, k: 3, standardShare: 1 / 3 })
    expect(handed(result)).toEqual([0, 2, 3])
    expect(result.dropped[1]).toBe('standard share')
    expect(handed(blend(candidates(4), [4, 3, 2, 1], ads, { ...wide, k: 4, standardShare: 0.25 }))).toEqual([
      0, 2, 3, 1,
    ])
  })

  test('a generator keeps its best, and an ad stays where any generator keeps it', () => {
    const both = candidates(4, (ad) => (ad === 2 ? [0, 1] : [ad === 3 ? 1 : 0]))
    const result = blend(both, [4, 3, 2, 1], inventory([0, 1, 2, 3]), { ...wide, quotas: [1, 1] })
    expect([...result.kept]).toEqual([0, 2])
    expect(result.keptOf).toEqual([1, 1])
    expect(result.dropped).toEqual([undefined, 'quota', undefined, 'quota'])
  })

  test('is what choosing the best again and again gives', () => {
    const rng = new Rng(3)
    for (let round = 0; round < 30; round++) {
      const n = 60
      const advertisers = Array.from({ length: n }, () => rng.int(6))
      const scores = Array.from({ length: n }, () => rng.int(20) / 20)
      const options = { ...wide, k: 25, advertiserCap: 1 + rng.int(8), diversity: 0.5 + rng.int(6) / 10 }
      const left = new Set(scores.keys())
      const count = new Map<number, number>()
      const chosen: number[] = []
      while (chosen.length < options.k) {
        const worth = (c: number): number => scores[c] * options.diversity ** (count.get(advertisers[c]) ?? 0)
        const open = [...left].filter((c) => (count.get(advertisers[c]) ?? 0) < options.advertiserCap)
        if (open.length === 0) break
        const best = open.reduce((a, b) => (worth(b) > worth(a) ? b : a))
        chosen.push(best)
        left.delete(best)
        count.set(advertisers[best], (count.get(advertisers[best]) ?? 0) + 1)
      }
      expect(handed(blend(candidates(n), scores, inventory(advertisers), options))).toEqual(chosen)
    }
  })
})
