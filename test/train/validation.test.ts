import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { createEngine, type Engine } from '../../src/engine/index.js'
import type { Encoder } from '../../src/runs/encoder.js'
import { createValidationSet, validate, watchedK } from '../../src/train/validation.js'
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
    expect([...set.entries]).toEqual([0, 1, 2, 3, 4])
    expect([...set.offsets]).toEqual([0, 3, 4, 5])
    expect([...set.positives]).toEqual([2, 2, -1, 4, 3])
  })

  it('takes a sample of the users, the same for the same seed', () => {
    const config = settings('train.validationUsers=2')
    const set = createValidationSet(snapshot, config, 'item', from, to)
    expect(set.queries.users.length).toBe(2)
    expect(createValidationSet(snapshot, config, 'item', from, to)).toEqual(set)
  })

  it('counts advertisers for the advertiser model', () => {
    const set = createValidationSet(snapshot, settings(), 'advertiser', from, to)
    expect([...set.entries]).toEqual([0, 1])
    expect([...set.positives]).toEqual([0, 0, 1, 0, 1])
    expect(watchedK(set)).toBe('1')
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
    // ranks 1, 1, miss, 2, 5: two of five at 1, four of five at 10
    expect(await validate(engine, stub, set)).toEqual({ '1': 2 / 5, '10': 4 / 5, '100': 4 / 5 })
  })
})
