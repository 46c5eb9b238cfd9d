import { describe, expect, it } from 'vitest'
import { RankCounter, TopK } from '../../src/ann/exact.js'
import { Rng } from '../../src/core/rng.js'

const ranksOf = (row: number[], positives: number[], without?: number[]): { all: number[]; left: number[] } => {
  const all = new Float64Array(positives.length)
  const left = new Float64Array(positives.length)
  new RankCounter().count(
    Float32Array.from(row),
    Int32Array.from(positives),
    all,
    without && Int32Array.from(without),
    left,
  )
  return { all: [...all], left: [...left] }
}

describe('ranks', () => {
  it('counts entries strictly above and half of the other equal ones', () => {
    // sorted: 9, 5 5 5, 2, 1
    const row = [5, 9, 5, 1, 5, 2]
    expect(ranksOf(row, [1, 0, 2, 5, 3]).all).toEqual([1, 1 + 1 + 1, 3, 1 + 4, 1 + 5])
  })

  it('gives every entry the middle rank when all scores are alike', () => {
    expect(ranksOf(Array(21).fill(0.5), [0, 7, 20]).all).toEqual([11, 11, 11])
  })

  it('ranks a positive outside the catalog at infinity', () => {
    expect(ranksOf([1, 2], [-1, 0]).all).toEqual([Infinity, 2])
  })

  it('ranks among the entries that are not left out', () => {
    const row = [5, 9, 5, 1, 5, 2]
    // without entries 1 (9) and 2 (5): 5 5, 2, 1
    expect(ranksOf(row, [0, 1, 3], [1, 2]).left).toEqual([1.5, Infinity, 4])
  })

  it('equals a sort on random rows with many ties and very uneven scores', () => {
    const rng = new Rng(1)
    for (let trial = 0; trial < 50; trial++) {
      const n = 1 + rng.int(400)
      const row = Array.from({ length: n }, () => (trial % 2 ? rng.int(12) : Math.exp(10 * rng.normal())))
      const f = Float32Array.from(row)
      const positives = Array.from({ length: 1 + rng.int(60) }, () => rng.int(n))
      const without = [...new Set(Array.from({ length: rng.int(20) }, () => rng.int(n)))]
      const expected = (p: number, kept: (e: number) => boolean): number => {
        let [above, equal] = [0, 0]
        for (let e = 0; e < n; e++) {
          if (!kept(e) || e === p) continue
          if (f[e] > f[p]) above++
          else if (f[e] === f[p]) equal++
        }
        return kept(p) ? 1 + above + equal / 2 : Infinity
      }
      const { all, left } = ranksOf(row, positives, without)
      expect(all).toEqual(positives.map((p) => expected(p, () => true)))
      expect(left).toEqual(positives.map((p) => expected(p, (e) => !without.includes(e))))
    }
  })

  it('gives a rank above the limit as Infinity and all others as without a limit, however the entries are ordered', () => {
    const rng = new Rng(3)
    const n = 20_000
    const scattered = Float32Array.from({ length: n }, () => rng.int(3000))
    // the sample of every 64th entry sees only the best here, and then only the worst
    const misleading = Float32Array.from({ length: n }, (_, e) => (e % 64 === 0 ? 1e4 + rng.uniform() : rng.uniform()))
    const hidden = misleading.map((x) => -x)
    for (const row of [scattered, misleading, hidden, scattered.slice().sort(), new Float32Array(n)]) {
      for (let trial = 0; trial < 5; trial++) {
        const best = Int32Array.from(row.keys()).sort((a, b) => row[b] - row[a])
        const positives = Int32Array.from({ length: 40 }, (_, i) => (i % 2 ? rng.int(n) : best[rng.int(200)]))
        const without = Int32Array.from(
          new Set(Array.from({ length: 300 }, (_, i) => (i % 2 ? rng.int(n) : best[rng.int(400)]))),
        )
        const [all, left, limited, limitedLeft] = [0, 0, 0, 0].map(() => new Float64Array(40))
        new RankCounter().count(row, positives, all, without, left)
        new RankCounter(100).count(row, positives, limited, without, limitedLeft)
        const expected = (ranks: Float64Array): number[] => Array.from(ranks, (rank) => (rank <= 100 ? rank : Infinity))
        expect([...limited]).toEqual(expected(all))
        expect([...limitedLeft]).toEqual(expected(left))
      }
    }
  })

  it.each([NaN, Infinity, -Infinity])('refuses a score of %s, wherever it stands', (bad) => {
    for (const at of [0, 1, 2]) {
      const row = [1, 2, 3]
      row[at] = bad
      expect(() => ranksOf(row, [1])).toThrow('finite')
      expect(() => ranksOf(row, [])).toThrow('finite')
      expect(() => new TopK(1, 0).select(Float32Array.from(row))).toThrow('finite')
    }
  })
})

describe('top K', () => {
  it('lists the best first and stops at the end of the row', () => {
    const top = new TopK(3, 1)
    expect(top.select(Float32Array.of(1, 5, 3, 4))).toBe(3)
    expect([...top.entries]).toEqual([1, 3, 2])
    expect(top.select(Float32Array.of(1, 5))).toBe(2)
    expect([...top.entries.subarray(0, 2)]).toEqual([1, 0])
  })

  it('equals a sort on random rows', () => {
    const rng = new Rng(2)
    for (let trial = 0; trial < 30; trial++) {
      const row = Float32Array.from({ length: 300 }, () => rng.normal())
      const top = new TopK(20, 3)
      top.select(row)
      const sorted = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 20)
      expect([...top.entries]).toEqual(sorted)
      expect([...top.scores]).toEqual(sorted.map((e) => row[e]))
    }
  })

  it('breaks ties by the seed alone: the same for every row, another order for another seed', () => {
    const alike = new Float32Array(1000)
    const pick = (seed: number): number[] => {
      const top = new TopK(10, seed)
      top.select(alike)
      return [...top.entries]
    }
    expect(pick(1)).toEqual(pick(1))
    expect(pick(1)).not.toEqual(pick(2))
    // not simply the first entries of the catalog
    expect(Math.max(...pick(1))).toBeGreaterThan(100)
  })

  it('leaves out what it is told to', () => {
    const top = new TopK(2, 1)
    top.select(Float32Array.of(1, 5, 3, 4), Uint8Array.of(0, 1, 0, 0))
    expect([...top.entries]).toEqual([3, 2])
  })
})
