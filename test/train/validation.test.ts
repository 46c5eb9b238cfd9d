import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { createEngine, type Engine } from '../../src/engine/index.js'
import type { Encoder } from '../../src/runs/encoder.js'
import { createValidationSet, scoreText, validate, validationScore } from '../../src/train/validation.js'
import { BEGIN, DAY, fromEvents, type FixtureEvent } from '../fixtures/snapshot.js'
import { settings } from './settings.js'

const from = BEGIN + 10 * DAY
const to = BEGIN + 20 * DAY
const event = (user: number, item: number, day: number, type: FixtureEvent['type'] = 'checkout'): FixtureEvent => ({
  user,
  item,
  type,
  time: BEGIN + day * DAY,
})
const sizes = { users: 5, items: 6, advertisers: 2, clusters: 2 }
const snapshot = fromEvents(
  [
    event(0, 0, 1),
    event(0, 2, 11),
    event(0, 2, 12),
    event(0, 5, 13),
    event(0, 1, 25), // item 5 is first seen after `from`; day 25 is after the window
    event(1, 1, 2),
    event(1, 3, 14, 'view'), // no conversion in the window
    event(2, 1, 12), // no history
    event(3, 2, 3),
    event(3, 0, 10),
    event(3, 4, 20), // the end of the history and of the window belong to them
    event(4, 3, 4, 'view'),
    event(4, 4, 5, 'view'),
    event(4, 3, 15, 'add_to_cart'),
  ],
  sizes,
)

let engine: Engine
beforeAll(async () => {
  engine = await createEngine({ engine: 'onnx', threads: 1 })
})
afterAll(() => engine.dispose())

describe('validation set', () => {
  it('holds users with a history and conversions in (from, to], repeats included', () => {
    const set = createValidationSet(snapshot, settings(), 'item', from, to)
    expect([...set.queries.users]).toEqual([0, 3, 4])
    expect(set.queries.moment).toBe(from)
    expect([...set.queries.ends]).toEqual([1, snapshot.offsets[3] + 2, snapshot.offsets[4] + 2])
    expect([...set.ids]).toEqual([0, 1, 2, 3, 4])
    expect(set.entries).toBe(5)
    expect([...set.offsets]).toEqual([0, 3, 4, 5])
    expect([...set.positives]).toEqual([2, 2, -1, 4, 3])
  })

  it('that has no users says which way the window must change', () => {
    const hint = (at: number, until: number): string => {
      try {
        createValidationSet(snapshot, settings(), 'item', at, until)
      } catch (error) {
        if (error instanceof UserError) return error.hint
      }
      return 'no error'
    }
    expect(hint(BEGIN - 10 * DAY, BEGIN)).toBe('Set eval.windowDays to less, or import data of a longer time.')
    expect(hint(from, from + 1)).toBe('Set eval.windowDays to more, or import data of a longer time.')
  })

  it('takes a sample of the users, the same for the same seed', () => {
    const config = settings('train.validationUsers=2')
    const set = createValidationSet(snapshot, config, 'item', from, to)
    expect(set.queries.users.length).toBe(2)
    expect(createValidationSet(snapshot, config, 'item', from, to)).toEqual(set)
  })

  it('counts advertisers for the advertiser model', () => {
    const set = createValidationSet(snapshot, settings(), 'advertiser', from, to)
    expect([...set.ids]).toEqual([0, 1])
    expect([...set.positives]).toEqual([0, 0, 1, 0, 1])
    expect(set.advertisers).toBeUndefined()
    // 10 would be more than half of two
    expect(scoreText('advertiser', set)).toBe('recall@1 of advertisers')
  })

  it('of an item model also looks for advertisers', () => {
    const { advertisers } = createValidationSet(snapshot, settings(), 'item', from, to)
    expect(advertisers!.entries).toBe(2)
    // item i is of advertiser i % 2
    expect([...advertisers!.of]).toEqual([0, 1, 0, 1, 0])
    expect([...advertisers!.positives]).toEqual([0, 0, 1, 0, 1])
    const alone = { ...snapshot, itemAdvertiser: snapshot.itemAdvertiser.map(() => -1) }
    expect(createValidationSet(alone, settings(), 'item', from, to).advertisers).toBeUndefined()
  })

  it('masks the history where the evaluation does', () => {
    // user 3 has dealt with item 2 and advertiser 0, user 4 with items 3 and 4, of which 3 was to be found
    const set = createValidationSet(snapshot, settings('eval.history=masked'), 'item', from, to)
    expect([...set.queries.users]).toEqual([0, 3])
    expect([...set.positives]).toEqual([2, 2, -1, 4])
    expect([...set.without!.offsets]).toEqual([0, 1, 3])
    expect([...set.without!.entries]).toEqual([0, 2, 0])
    // of advertisers only the 1 of user 0 is new
    expect([...set.advertisers!.positives]).toEqual([1])
    expect(scoreText('item', set)).toBe(
      'the geometric mean of recall@1 of items, recall@1 of their advertisers, new to the user alone',
    )
    const old = fromEvents([event(0, 0, 1), event(0, 0, 11)], sizes)
    expect(() => createValidationSet(old, settings('eval.history=masked'), 'item', from, to)).toThrow('new to them')
  })

  it('says what to do when there is nobody', () => {
    expect(() => createValidationSet(snapshot, settings(), 'item', to + 20 * DAY, to + 30 * DAY)).toThrow(UserError)
  })

  it('gives recall by the ranks of the vectors', async () => {
    const set = createValidationSet(snapshot, settings(), 'item', from, to)
    // scores: user 0 prefers item 2, then 0; user 3 puts item 4 second; user 4 puts item 3 last
    const users = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]
    const items = [
      [0.5, 1, 0.9],
      [0, 0, 0.8],
      [1, 0, 0.7],
      [0, 0, -1],
      [0, 0.5, 0.6],
    ]
    const stub = {
      width: 3,
      encodeUsers: async () => Float32Array.from(users.flat()),
      encodeEntries: async (ids: Int32Array, asOf: number) => {
        expect([[...ids], asOf]).toEqual([[0, 1, 2, 3, 4], from])
        return Float32Array.from(items.flat())
      },
    } as unknown as Encoder
    // ranks 1, 1, miss, 2, 5: two of five at 1, four of five at 10. By their best item all users put advertiser 0
    // first; user 0 looks for 0, 0, 1, user 3 for 0, user 4 for 1: three of five at 1
    const found = await validate(engine, stub, set)
    expect(found.recall).toEqual({ '1': 2 / 5, '10': 4 / 5, '100': 4 / 5 })
    expect(found.advertisers).toEqual({ '1': 3 / 5, '10': 1, '100': 1 })
    // of 5 and of 2 entries only recall@1 says anything
    expect(found.score).toBeCloseTo(Math.sqrt((2 / 5) * (3 / 5)), 12)
  })

  it('scores by the geometric mean over K and levels', () => {
    const level = (entries: number, at10: number, at100: number) => ({
      entries,
      positives: 50,
      recall: { '1': 0.02, '10': at10, '100': at100 },
    })
    expect(validationScore([level(1000, 0.1, 0.4)])).toBeCloseTo(0.2, 12)
    expect(validationScore([level(1000, 0.1, 0.4), level(1000, 0.3, 0.3)])).toBeCloseTo(
      (0.1 * 0.4 * 0.3 * 0.3) ** 0.25,
      12,
    )
    // 100 of 150 would find most of everything; nothing found is half a conversion of 50
    expect(validationScore([level(150, 0.1, 0.9)])).toBeCloseTo(0.1, 12)
    expect(validationScore([level(1000, 0, 0.04)])).toBeCloseTo(Math.sqrt(0.01 * 0.04), 12)
  })
})
