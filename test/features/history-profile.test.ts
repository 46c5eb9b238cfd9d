import { describe, expect, it } from 'vitest'
import {
  HistoryProfiles,
  PROFILE_ADVERTISERS,
  PROFILE_CATEGORIES,
  PROFILE_ITEMS,
} from '../../src/features/history-profile.js'
import { createItemFeatures } from '../../src/features/item-features.js'
import { advertiserBucket, categoryBucket } from '../../src/features/vocabulary.js'
import { profileInputs } from '../../src/model/inputs.js'
import { madeSnapshot } from './made-snapshot.js'

const config = { advertiserBuckets: 50, categoryBuckets: 60, titleBuckets: 70 }
const snapshot = madeSnapshot({
  users: 3,
  advertisers: 2,
  items: [{ advertiser: 1, category: 'A/B' }, { category: 'A' }, {}],
  events: [
    { user: 0, item: 0, day: 0 },
    { user: 0, item: 1, day: 1 },
    { user: 0, item: 0, day: 2 },
    { user: 0, advertiser: 0, type: 'signup', day: 3 },
    { user: 1, item: 2, day: 4 },
  ],
})
const profiles = new HistoryProfiles(snapshot, createItemFeatures(snapshot, config))
const scaled = (weights: number[]): number[] => weights.map((w) => w / Math.hypot(...weights))

function expectStart(array: Float32Array | Int32Array, from: number, expected: number[], width: number): void {
  expected.forEach((x, k) => expect(array[from + k]).toBeCloseTo(x, 6))
  expect([...array.subarray(from + expected.length, from + width)].every((x) => x === 0)).toBe(true)
}

describe('the profile of a history', () => {
  it('holds every item, category and advertiser once, weighed by how often it was met', () => {
    const p = profiles.fill(snapshot, { users: [0], ends: [4] }, 1)
    expectStart(p['profile.item'], 0, [1, 2], PROFILE_ITEMS)
    expectStart(p['profile.item.weight'], 0, scaled([Math.log(3), Math.log(2)]), PROFILE_ITEMS)
    expectStart(
      p['profile.category'],
      0,
      ['A', 'A/B'].map((path) => categoryBucket(path, 60)),
      PROFILE_CATEGORIES,
    )
    expectStart(p['profile.category.weight'], 0, scaled([1 + Math.log(3) / 4, 1 + Math.log(2) / 4]), PROFILE_CATEGORIES)
    expectStart(
      p['profile.advertiser'],
      0,
      [1, 0].flatMap((a) => [advertiserBucket(a, 0, 50), advertiserBucket(a, 1, 50)]),
      2 * PROFILE_ADVERTISERS,
    )
    expectStart(p['profile.advertiser.weight'], 0, scaled([1 + Math.log(2) / 4, 1]), PROFILE_ADVERTISERS)
  })

  it('ends where the history ends, and forgets the one before it', () => {
    const both = profiles.fill(snapshot, { users: [0, 1, 2], ends: [1, 5, 5] }, 4)
    const [first, second] = [
      profiles.fill(snapshot, { users: [0], ends: [1] }, 1),
      profiles.fill(snapshot, { users: [1], ends: [5] }, 1),
    ]
    for (const [name, array] of Object.entries(both)) {
      const width = array.length / 4
      expect(array.subarray(0, width), name).toEqual(first[name])
      expect(array.subarray(width, 2 * width), name).toEqual(second[name])
      expect(
        array.subarray(2 * width).every((x) => x === 0),
        name,
      ).toBe(true)
    }
    expectStart(second['profile.item'], 0, [3], PROFILE_ITEMS)
    expect(second['profile.item.weight'][0]).toBe(1)
  })

  it('keeps the most frequent of too many', () => {
    const items = PROFILE_ITEMS + 10
    // item 0 to 9 once, all others twice
    const events = Array.from({ length: items }, (_, item) =>
      Array.from({ length: item < 10 ? 1 : 2 }, () => ({ user: 0, item, day: item })),
    ).flat()
    const large = madeSnapshot({ users: 1, items: Array.from({ length: items }, () => ({})), events })
    const p = new HistoryProfiles(large, createItemFeatures(large, config)).fill(
      large,
      { users: [0], ends: [events.length] },
      1,
    )
    expect([...p['profile.item']]).toEqual(Array.from({ length: PROFILE_ITEMS }, (_, k) => 11 + k))
    for (const w of p['profile.item.weight']) expect(w).toBeCloseTo(1 / Math.sqrt(PROFILE_ITEMS), 6)
  })

  it('has the names and sizes of the model', () => {
    const p = profiles.fill(snapshot, { users: [0], ends: [4] }, 3)
    expect(Object.keys(p).sort()).toEqual(Object.keys(profileInputs(3)).sort())
    for (const [name, { shape }] of Object.entries(profileInputs(3)))
      expect(p[name].length, name).toBe(shape.reduce((x, y) => x * y, 1))
  })
})
