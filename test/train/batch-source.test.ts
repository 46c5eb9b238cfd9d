import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { createPopularity, POPULARITY_COLUMNS } from '../../src/features/popularity.js'
import { advertiserInputs, historyInputs, itemInputs, lossInputs, profileInputs } from '../../src/model/inputs.js'
import { sha256 } from '../../src/core/hash.js'
import type { TrainBatch } from '../../src/train/batch.js'
import { usesAges } from '../../src/runs/model-inputs.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { DAY, madeMarket, madeSnapshot, START } from '../features/made-snapshot.js'
import { ANCHORS, LIMIT, OBJECTIVES, sourceOptions } from './made-options.js'

const data = madeMarket(new Rng(11))
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)

/** A batch with each of its arrays as the hash of its bytes: comparing arrays of this size number by number is slow. */
const digest = ({ feeds, ...rest }: TrainBatch): unknown => ({
  ...rest,
  feeds: Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, sha256(new Uint8Array(data.buffer))])),
})

describe('training batches', () => {
  it('fill the inputs of the model exactly', () => {
    for (const kind of ['item', 'advertiser'] as const) {
      for (const objective of OBJECTIVES) {
        const source = createBatchSource(sourceOptions({ objective }, { kind }))
        for (let n = 0; n < 20; n++) {
          const { S, T, R, C, feeds, bucket } = source.batch(n)
          expect(source.buckets[bucket]).toMatchObject({ S, T, R, C })
          const specs = {
            ...historyInputs(S, T),
            ...profileInputs(objective === 'dense-all-action' ? R : S),
            ...(kind === 'item' ? itemInputs(C) : advertiserInputs(C)),
            ...lossInputs(R, C),
          }
          expect(Object.keys(feeds).sort()).toEqual(Object.keys(specs).sort())
          for (const [name, { shape, dtype }] of Object.entries(specs)) {
            expect(feeds[name].length, name).toBe(shape.reduce((a, b) => a * b, 1))
            expect(feeds[name], name).toBeInstanceOf(dtype === 'int32' ? Int32Array : Float32Array)
            expect(feeds[name].every(Number.isFinite), name).toBe(true)
          }
        }
      }
    }
  })

  it('have sequences no longer than their bucket, and outputs at events', () => {
    for (const objective of OBJECTIVES) {
      const source = createBatchSource(sourceOptions({ objective }))
      expect(source.buckets.map((b) => b.T)).toEqual([2, 4, 8])
      expect(source.buckets.reduce((sum, b) => sum + b.share, 0)).toBeCloseTo(1, 12)
      for (let n = 0; n < 50; n++) {
        const { S, T, feeds, bucket } = source.batch(n)
        const mask = feeds['event.mask']
        for (let s = 0; s < S; s++) {
          const events = sum(mask.subarray(s * T, s * T + T))
          expect(events).toBeGreaterThan([0, 2, 4][bucket])
        }
        for (const output of feeds['row.output']) {
          if (objective === 'dense-all-action') expect(mask[output]).toBe(1)
          else expect(output).toBeLessThan(S)
        }
      }
    }
  })

  it('are a pure function of the seed and n', () => {
    const options = sourceOptions()
    const source = createBatchSource(options)
    const first = Array.from({ length: 6 }, (_, n) => source.batch(n))
    expect(createBatchSource(options).batch(5)).toEqual(first[5])
    expect(source.batch(2)).toEqual(first[2])
    expect(createBatchSource({ ...options, seed: 8 }).batch(5)).not.toEqual(first[5])
  })

  it('do not change when all events after the limit are deleted, or others are put there', () => {
    const until = { ...data, events: data.events.filter((event) => START + event.day * DAY <= LIMIT) }
    const other = {
      ...until,
      events: [...until.events, { user: 0, item: 14, day: 51 }, { user: 3, item: 0, day: 50.0001 }],
    }
    expect(until.events.length).toBeLessThan(data.events.length - 20)
    for (const kind of ['item', 'advertiser'] as const) {
      for (const objective of OBJECTIVES) {
        for (const anchors of ANCHORS) {
          const batches = [data, until, other].map((version) => {
            const source = createBatchSource(
              sourceOptions({ objective, anchors, recencyHalfLifeDays: 9 }, { kind, snapshot: madeSnapshot(version) }),
            )
            return Array.from({ length: 25 }, (_, n) => digest(source.batch(n)))
          })
          expect(batches[1]).toEqual(batches[0])
          expect(batches[2]).toEqual(batches[0])
        }
      }
    }
  })

  it('carry no ages under a causal mask or with outputs inside', () => {
    const ages = (...args: Parameters<typeof sourceOptions>): number => {
      const time = createBatchSource(sourceOptions(...args)).batch(0).feeds['event.time']
      return sum([...time].filter((_, k) => k % 2 === 0))
    }
    expect(ages()).toBeGreaterThan(0)
    expect(ages({ objective: 'dense-all-action' })).toBe(0)
    expect(ages({}, { model: { ...sourceOptions().model, causal: true } })).toBe(0)
    expect(usesAges({ causal: false }, { objective: 'next-action' })).toBe(true)
  })

  it('know popularity as of an anchor only, for positives and uniform negatives alike', () => {
    const options = sourceOptions()
    const { snapshot, train } = options
    const popularity = createPopularity(snapshot, 'item', LIMIT)
    const known = new Set<string>()
    const at = new Float32Array(POPULARITY_COLUMNS)
    for (let a = START; a + train.windowDays * DAY <= LIMIT; a += DAY) {
      for (let item = 0; item < snapshot.items; item++) {
        popularity.features(item, a, at, 0)
        known.add(`${item + 1} ${at.join(' ')}`)
      }
    }
    const source = createBatchSource(options)
    for (let n = 0; n < 50; n++) {
      const { feeds, C } = source.batch(n)
      for (let c = 0; c < C; c++)
        expect(known).toContain(
          `${feeds['candidate.row'][c]} ` +
            `${feeds['candidate.popularity'].subarray(POPULARITY_COLUMNS * c, POPULARITY_COLUMNS * (c + 1)).join(' ')}`,
        )
    }
  })

  it('weigh rows by the type of their positive', () => {
    const { snapshot } = sourceOptions()
    const weights = new Set<number>()
    const source = createBatchSource(sourceOptions({}, { kind: 'advertiser', snapshot }))
    for (let n = 0; n < 30; n++) for (const w of source.batch(n).feeds['row.weight']) weights.add(w)
    expect([...weights].sort()).toEqual([0.25, 0.5, 1])
  })
})

describe('data that cannot be learned from', () => {
  const views = madeSnapshot({ ...data, events: data.events.map((event) => ({ ...event, type: 'view' as const })) })
  const cases: [string, Parameters<typeof sourceOptions>, string][] = [
    ['no conversion', [{}, { snapshot: views }], 'There is no conversion of an item in the data before 2026-02-20'],
    ['a window longer than the data', [{ windowDays: 90 }], 'No history is followed by a conversion within 90 days'],
    ['a pool smaller than the negatives', [{ negativePool: 3 }], 'smaller than the 4 uniform negatives'],
    ['rows that are no multiple of the positives', [{ rows: 9 }], 'train.rows is 9'],
  ]
  it.each(cases)('is refused with what to do: %s', (_name, args, message) => {
    expect(() => createBatchSource(sourceOptions(...args))).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining(message) as string }),
    )
  })
})
