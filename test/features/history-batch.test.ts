import { describe, expect, it } from 'vitest'
import { fillHistories } from '../../src/features/history-batch.js'
import { createItemFeatures } from '../../src/features/item-features.js'
import { priceBucket } from '../../src/features/price-buckets.js'
import { advertiserBucket, categoryBucket } from '../../src/features/vocabulary.js'
import { historyInputs } from '../../src/model/inputs.js'
import { DAY, madeSnapshot, START } from './made-snapshot.js'

const config = { advertiserBuckets: 50, categoryBuckets: 60, titleBuckets: 70 }
const snapshot = madeSnapshot({
  users: 2,
  advertisers: 2,
  items: [{ advertiser: 1, category: 'A/B', price: 3 }, {}],
  events: [
    { user: 0, item: 0, type: 'view', domain: 1, day: 0 },
    { user: 0, item: 1, type: 'checkout', day: 2 },
    { user: 1, advertiser: 0, type: 'signup', day: 2 },
    { user: 0, item: 0, type: 'add_to_cart', day: 2 },
    { user: 0, item: 0, type: 'checkout', day: 9 },
  ],
})
const features = createItemFeatures(snapshot, config)
const fill = (
  users: number[],
  ends: number[],
  day: number,
  S: number,
  T: number,
  ages = true,
): ReturnType<typeof fillHistories> =>
  fillHistories(snapshot, features, { users, ends, anchors: users.map(() => START + day * DAY) }, S, T, ages)

describe('histories', () => {
  it('are aligned right, padded in front, and filled by hand', () => {
    const h = fill([0, 1], [3, 5], 3, 3, 4)
    const a = [0, 1].map((advertiser) => [advertiserBucket(advertiser, 0, 50), advertiserBucket(advertiser, 1, 50)])
    const A = [categoryBucket('A', 60), categoryBucket('A/B', 60), 0]
    const none = [0, 0, 0]
    // user 0 up to day 2: padding, view item 0, checkout item 1, cart item 0; user 1: a signup; no third user
    expect([...h['event.mask']]).toEqual([0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0])
    expect([...h['event.item']]).toEqual([0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    expect([...h['event.type']]).toEqual([0, 1, 3, 2, 0, 0, 0, 4, 0, 0, 0, 0])
    expect([...h['event.domain']]).toEqual([0, 2, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0])
    expect([...h['event.price']]).toEqual([0, priceBucket(3), 0, priceBucket(3), 0, 0, 0, 0, 0, 0, 0, 0])
    expect([...h['event.advertiser']]).toEqual([
      0,
      0,
      ...a[1],
      0,
      0,
      ...a[1],
      0,
      0,
      0,
      0,
      0,
      0,
      ...a[0],
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ])
    expect([...h['event.category']].slice(0, 12)).toEqual([...none, ...A, ...none, ...A])
    const time = [0, 0, Math.log(4), 0, Math.log(2), Math.log(3), Math.log(2), 0]
    time.forEach((x, k) => expect(h['event.time'][k]).toBeCloseTo(x, 6))
    expect(h['event.time'][14]).toBeCloseTo(Math.log(2), 6)
  })

  it('keep the latest T events, each with the gap to the one before it even where that is cut off', () => {
    const h = fill([0], [4], 9, 1, 2)
    expect([...h['event.item']]).toEqual([1, 1])
    expect([...h['event.type']]).toEqual([2, 3])
    expect(h['event.time'][1]).toBe(0)
    expect(h['event.time'][3]).toBeCloseTo(Math.log(8), 6)
    expect([...fill([0], [3], 9, 1, 1)['event.time']][1]).toBe(0)
    expect([...fill([0], [2], 9, 1, 1)['event.time']][1]).toBeCloseTo(Math.log(3), 6)
  })

  it('carry no ages when asked so, but all else', () => {
    const [with_, without] = [fill([0], [4], 30, 1, 4), fill([0], [4], 30, 1, 4, false)]
    expect([...without['event.time']].filter((_, k) => k % 2 === 0)).toEqual([0, 0, 0, 0])
    expect([...without['event.time']].filter((_, k) => k % 2 === 1)).toEqual(
      [...with_['event.time']].filter((_, k) => k % 2 === 1),
    )
    expect({ ...without, 'event.time': 0 }).toEqual({ ...with_, 'event.time': 0 })
  })

  it('have the names and sizes of the model', () => {
    const h = fill([0], [4], 30, 5, 7)
    for (const [name, { shape }] of Object.entries(historyInputs(5, 7)))
      expect(h[name].length, name).toBe(shape.reduce((x, y) => x * y, 1))
    expect(Object.keys(h).sort()).toEqual(Object.keys(historyInputs(5, 7)).sort())
  })
})
