import { describe, expect, it } from 'vitest'
import { createPositives } from '../../src/train/positives.js'
import { CandidateMask } from '../../src/train/masks.js'
import type { Draw } from '../../src/train/sampler.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { firstSeen } from '../../src/features/snapshot.js'
import { DAY } from '../features/made-snapshot.js'
import { market, OBJECTIVES, sourceOptions } from './made-options.js'

/** Rows with positive `entry`, anchor `moment` and window [from, to) of `windowEntries`. */
const drawOf = (
  rows: { entry: number; moment: number; window: [number, number] }[],
  windowEntries: number[],
): Draw => ({
  users: new Uint32Array(0),
  ends: new Uint32Array(0),
  anchors: new Float64Array(0),
  rows: { users: new Uint32Array(0), ends: new Uint32Array(0) },
  entry: Int32Array.from(rows, (r) => r.entry),
  event: new Uint32Array(rows.length),
  weight: new Float32Array(rows.length).fill(1),
  output: new Int32Array(rows.length),
  moment: Float64Array.from(rows, (r) => r.moment),
  windowFrom: Int32Array.from(rows, (r) => r.window[0]),
  windowTo: Int32Array.from(rows, (r) => r.window[1]),
  windowEntries,
})

describe('the candidate mask', () => {
  it('by hand: same entry, other positives of the window, and entries of the future are out', () => {
    //              entries:              0   1   2   3   4    5
    const mask = new CandidateMask(Uint32Array.of(10, 10, 10, 10, 10, 100))
    const draw = drawOf(
      [
        { entry: 0, moment: 50, window: [0, 3] }, // could have drawn 0, 1, 0
        { entry: 1, moment: 50, window: [0, 3] },
        { entry: 2, moment: 120, window: [3, 4] },
      ],
      [0, 1, 0, 2],
    )
    const candidates = Int32Array.of(0, 1, 2, 3, 0, 5, 2)
    expect([...mask.fill(draw, candidates)]).toEqual([
      ...[1, 0, 1, 1, 0, 0, 1],
      ...[0, 1, 1, 1, 0, 0, 1],
      ...[1, 1, 1, 1, 1, 1, 0],
    ])
  })

  it('does not carry over from one batch to the next', () => {
    const mask = new CandidateMask(Uint32Array.of(0, 0))
    const one = drawOf([{ entry: 0, moment: 5, window: [0, 1] }], [0])
    const other = drawOf([{ entry: 1, moment: 5, window: [0, 1] }], [1])
    expect([...mask.fill(one, Int32Array.of(0, 1))]).toEqual([1, 1])
    expect([...mask.fill(other, Int32Array.of(1, 0))]).toEqual([1, 1])
    expect([...mask.fill(one, Int32Array.of(0, 1))]).toEqual([1, 1])
  })

  it('keeps a row’s own positive in even where it is first seen after the anchor', () => {
    const mask = new CandidateMask(Uint32Array.of(100))
    expect([...mask.fill(drawOf([{ entry: 0, moment: 5, window: [0, 1] }], [0]), Int32Array.of(0, 0))]).toEqual([1, 0])
  })

  it('of drawn batches never lets a row see its positive twice', () => {
    for (const objective of OBJECTIVES) {
      for (const kind of ['item', 'advertiser'] as const) {
        const source = createBatchSource(sourceOptions({ objective }, { kind }))
        for (let n = 0; n < 50; n++) {
          const { R, C, feeds } = source.batch(n)
          const row = feeds['candidate.row']
          for (let r = 0; r < R; r++) {
            for (let c = 0; c < C; c++) {
              if (c === r) expect(feeds.mask[r * C + c]).toBe(1)
              else if (row[c] === row[r]) expect(feeds.mask[r * C + c]).toBe(0)
            }
          }
        }
      }
    }
  })
})

describe('first seen', () => {
  it('of an advertiser is its first event or that of any of its items', () => {
    const first = firstSeen(market, 'advertiser')
    const expected = new Array<number>(market.advertisers).fill(Infinity)
    market.eventTime.forEach((time, e) => {
      const a = market.eventAdvertiser[e]
      if (a >= 0) expected[a] = Math.min(expected[a], time)
    })
    expect([...first]).toEqual(expected)
    expect(createPositives(market, 'advertiser', { checkout: 1, add_to_cart: 1, signup: 1 }).entries).toBe(
      market.advertisers,
    )
    expect(Math.max(...first) - Math.min(...first)).toBeLessThan(60 * DAY)
  })
})
