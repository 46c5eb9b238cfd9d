import { describe, expect, it } from 'vitest'
import type { BatchSourceOptions } from '../../src/train/batch.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { ANCHORS, market, OBJECTIVES, sourceOptions } from './made-options.js'

const BATCHES = 10_000

/** Q of every entry that 200 batches hold, by length bucket: exp(candidate.logq). */
function claimsOf(options: BatchSourceOptions): Map<number, Map<number, number>> {
  const source = createBatchSource(options)
  const claims = new Map(source.buckets.map(({ T }) => [T, new Map<number, number>()]))
  for (let n = 0; n < 200; n++) {
    const { T, feeds } = source.batch(n)
    feeds['candidate.row'].forEach((row, c) => claims.get(T)?.set(row - 1, Math.exp(feeds['candidate.logq'][c])))
  }
  return claims
}

/**
 * Draws batches and compares, for every bucket and entry, the mean count among a row's candidates (the R - 1 positives
 * of other rows and M draws) with a claim of Q. Batches are independent, so a mean differs from its expectation by
 * about its own standard error: returns the squared deviations in these units.
 */
function deviations(options: BatchSourceOptions, claims = claimsOf(options)): number[] {
  const source = createBatchSource(options)
  const entries = options.kind === 'item' ? market.items : market.advertisers
  const R = options.train.rows
  // fewer than asked for where the catalog is smaller
  const M = source.buckets[0].C - R
  const stats = source.buckets.map(() => ({ n: 0, sum: new Float64Array(entries), squares: new Float64Array(entries) }))
  const count = new Float64Array(entries)
  for (let n = 0; n < BATCHES; n++) {
    const { bucket, feeds } = source.batch(n)
    const s = stats[bucket]
    count.fill(0)
    feeds['candidate.row'].forEach((row, c) => (count[row - 1] += c < R ? (R - 1) / R : 1))
    s.n++
    for (let j = 0; j < entries; j++) {
      s.sum[j] += count[j]
      s.squares[j] += count[j] ** 2
    }
  }
  const out: number[] = []
  stats.forEach(({ n, sum, squares }, b) => {
    const claimed = claims.get(source.buckets[b].T)
    if (claimed === undefined) return
    for (const [j, q] of claimed) {
      const mean = sum[j] / n
      const variance = squares[j] / n - mean ** 2
      if (variance > 0) out.push((mean - q) ** 2 / (variance / n))
    }
    // every candidate other than a row's own positive is counted
    expect([...claimed.values()].reduce((x, y) => x + y, 0)).toBeCloseTo(R - 1 + M, 4)
  })
  return out
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length

function expectMatch(options: BatchSourceOptions): void {
  const z2 = deviations(options)
  expect(z2.length).toBeGreaterThan(4)
  // a standard normal squared has mean 1; beyond 4.7 standard errors lies one in 400,000
  expect(mean(z2)).toBeLessThan(1.8)
  expect(Math.max(...z2)).toBeLessThan(22)
}

describe('Q is what 10,000 batches hold', () => {
  for (const objective of OBJECTIVES) {
    for (const anchors of ANCHORS) {
      for (const recencyHalfLifeDays of [0, 6]) {
        it(`${objective}, ${anchors} anchors, ${recencyHalfLifeDays > 0 ? 'recent ones more often' : 'all alike'}`, () => {
          expectMatch(sourceOptions({ objective, anchors, recencyHalfLifeDays }))
        })
      }
    }
  }

  it('with more draws than positives in a window, a random pool of negatives, and advertisers', () => {
    expectMatch(sourceOptions({ rows: 14, positivesPerAnchor: 7, negativePool: 6 }))
    expectMatch(sourceOptions({ uniformNegatives: 0 }, { kind: 'advertiser' }))
    expectMatch(sourceOptions({ uniformNegatives: 500, negativePool: 900 }))
  })

  it('and not what batches of another half-life, objective or anchor policy hold', () => {
    const others = claimsOf(sourceOptions())
    expect(mean(deviations(sourceOptions({ recencyHalfLifeDays: 6 }), others))).toBeGreaterThan(3)
    expect(mean(deviations(sourceOptions({ objective: 'next-action' }), others))).toBeGreaterThan(3)
    expect(mean(deviations(sourceOptions({ anchors: 'event' }), others))).toBeGreaterThan(3)
  })
})
