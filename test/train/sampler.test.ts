import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { conversionMask } from '../../src/features/snapshot.js'
import { createPositives } from '../../src/train/positives.js'
import { Sampler } from '../../src/train/sampler.js'
import type { Draw } from '../../src/train/sampler.js'
import { bucketLengths, createLengthBuckets } from '../../src/train/sampling-buckets.js'
import type { LengthBucket } from '../../src/train/sampling-buckets.js'
import { samplingMass } from '../../src/train/sampling-probability.js'
import type { LengthClass } from '../../src/train/sampling-probability.js'
import { SlotFinder } from '../../src/train/slots.js'
import { DAY } from '../features/made-snapshot.js'
import { ANCHORS, LIMIT, market, OBJECTIVES, sourceOptions } from './made-options.js'

function setUp(...args: Parameters<typeof sourceOptions>): {
  buckets: LengthBucket[]
  draw: (bucket: LengthBucket, S: number, n: number) => Draw
} {
  const { snapshot, kind, train, model, limit } = sourceOptions(...args)
  const positives = createPositives(snapshot, kind, train.labelWeights)
  const finder = new SlotFinder(snapshot, positives, { train, limit, model })
  const buckets = createLengthBuckets(
    samplingMass(finder, positives, snapshot.users, bucketLengths(model.length), snapshot.offsets).classes,
  )
  const sampler = new Sampler(snapshot, finder, positives, {
    maxLength: model.length,
    positivesPerAnchor: train.positivesPerAnchor,
  })
  return { buckets, draw: (bucket, S, n) => sampler.draw(bucket, S, new Rng(1, n)) }
}

describe('the sampler', () => {
  const window = sourceOptions().train.windowDays * DAY
  for (const objective of OBJECTIVES) {
    for (const anchors of ANCHORS) {
      it(`draws positives after the row's anchor, within its window, before the limit: ${objective}, ${anchors}`, () => {
        const { buckets, draw } = setUp({ objective, anchors, recencyHalfLifeDays: 8 })
        for (const bucket of buckets) {
          for (let n = 0; n < 40; n++) {
            const d = draw(bucket, 3, n)
            d.entry.forEach((item, r) => {
              const s = Math.floor(r / 2)
              const user = d.users[s]
              const a = d.moment[r]
              expect(a + window).toBeLessThanOrEqual(LIMIT)
              expect(a).toBeLessThanOrEqual(d.anchors[s])
              // the user did convert on the item in (a, a + K]
              const found = Array.from(
                { length: market.offsets[user + 1] - market.offsets[user] },
                (_, k) => market.offsets[user] + k,
              ).filter(
                (e) =>
                  market.eventTime[e] > a &&
                  market.eventTime[e] <= a + window &&
                  conversionMask[market.eventType[e]] === 1 &&
                  market.eventItem[e] === item,
              )
              expect(found.length).toBeGreaterThan(0)
              // what the output has read ends with a whole basket, before any positive
              const end =
                objective === 'dense-all-action'
                  ? d.ends[s] - bucket.length + (d.output[r] - s * bucket.length) + 1
                  : d.ends[s]
              expect(market.eventTime[end - 1]).toBeLessThanOrEqual(a)
              if (end < market.offsets[user + 1]) expect(market.eventTime[end]).toBeGreaterThan(a)
              if (objective !== 'dense-all-action') expect(d.output[r]).toBe(s)
              else expect(market.eventTime[end - 1]).toBe(a)
              expect(d.windowEntries.slice(d.windowFrom[r], d.windowTo[r])).toContain(item)
            })
          }
        }
      })
    }
  }

  it('draws all positives of a window before any of them again', () => {
    const { buckets, draw } = setUp({ positivesPerAnchor: 6, rows: 6 })
    let repeats = 0
    for (let n = 0; n < 200; n++) {
      const d = draw(buckets[buckets.length - 1], 1, n)
      const window = d.windowEntries.slice(d.windowFrom[0], d.windowTo[0])
      const times = (entries: ArrayLike<number>, item: number): number =>
        Array.from(entries).filter((x) => x === item).length
      const rounds = Math.floor(6 / window.length)
      for (const item of new Set(window)) {
        const copies = times(window, item)
        expect(times(d.entry, item)).toBeGreaterThanOrEqual(rounds * copies)
        expect(times(d.entry, item)).toBeLessThanOrEqual((rounds + 1) * copies)
      }
      if (rounds > 0) repeats++
    }
    expect(repeats).toBeGreaterThan(5)
  })

  it('draws each eligible user alike, however many slots it has', () => {
    const { buckets, draw } = setUp({}, { model: { ...sourceOptions().model, length: 1 } })
    expect(buckets).toHaveLength(1)
    const count = new Map<number, number>()
    const draws = 12_000
    for (let n = 0; n < draws / 4; n++)
      for (const user of draw(buckets[0], 4, n).users) count.set(user, (count.get(user) ?? 0) + 1)
    const expected = draws / buckets[0].users.length
    expect(buckets[0].users.length).toBeGreaterThan(8)
    for (const user of buckets[0].users)
      expect(Math.abs((count.get(user) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected))
  })
})

describe('length buckets', () => {
  const classOf = (length: number, ...userMass: number[]): LengthClass => ({
    length,
    userMass: Float64Array.from(userMass),
    mass: userMass.reduce((a, b) => a + b, 0),
    entryMass: Float64Array.from(userMass),
  })
  const lengths = (...classes: LengthClass[]): [number, number, number][] =>
    createLengthBuckets(classes).map((b) => [b.length, b.above, b.share])

  it('are a quarter, a half and all of the length', () => {
    expect(bucketLengths(128)).toEqual([32, 64, 128])
    expect(bucketLengths(6)).toEqual([2, 3, 6])
    expect(bucketLengths(1)).toEqual([1])
  })

  it('with less than 5 % of the draws are merged into the next longer one', () => {
    expect(lengths(classOf(2, 5, 5), classOf(4, 5, 5), classOf(8, 10, 10))).toEqual([
      [2, 0, 0.25],
      [4, 2, 0.25],
      [8, 4, 0.5],
    ])
    expect(lengths(classOf(2, 1, 0), classOf(4, 20, 19), classOf(8, 30, 30))).toEqual([
      [4, 0, 0.4],
      [8, 4, 0.6],
    ])
    expect(lengths(classOf(2, 1, 0), classOf(4, 1, 0), classOf(8, 50, 48))).toEqual([[8, 0, 1]])
  })

  it('stay where only they can hold the longest histories, and vanish where there are none', () => {
    expect(lengths(classOf(2, 50, 49), classOf(4, 0, 0), classOf(8, 0, 1))).toEqual([
      [2, 0, 0.99],
      [8, 2, 0.01],
    ])
    expect(lengths(classOf(2, 50, 50), classOf(4, 0, 0), classOf(8, 0, 0))).toEqual([[2, 0, 1]])
    expect(lengths(classOf(2, 0), classOf(4, 0))).toEqual([])
  })

  it('add up the masses they merge', () => {
    const [bucket] = createLengthBuckets([classOf(2, 1, 0, 0), classOf(4, 0, 30, 69)])
    expect([...bucket.users]).toEqual([0, 1, 2])
    expect([...bucket.cumulative]).toEqual([1, 31, 100])
    expect([...bucket.probability]).toEqual([0.01, 0.3, 0.69])
  })
})
