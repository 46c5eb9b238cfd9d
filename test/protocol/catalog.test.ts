import { describe, expect, it } from 'vitest'
import { catalogAt, groupsOf } from '../../src/protocol/catalog.js'
import { day, snapshotOf } from '../fixtures/histories.js'

// items 0..4 of advertisers 0, 0, 1, 1 and none
const catalog = { advertisers: [0, 0, 1, 1, -1], categories: ['a', 'b', 'b', '', 'a'] }
const t = day(40)
const snapshot = snapshotOf(
  [
    [0, 0, 1],
    [0, 1, 2],
    [0, 0, 3],
    [0, 3, 3, 'view'],
    [1, 1, 1],
    [1, 2, 40],
    [2, 4, 40],
    [0, 4, 41],
  ],
  catalog,
)
const items = catalogAt(snapshot, 'item', t)

describe('catalog', () => {
  it('holds what is known at the moment, at every level', () => {
    expect([...catalogAt(snapshot, 'item', day(3)).ids]).toEqual([0, 1, 3])
    expect([...catalogAt(snapshot, 'advertiser', day(3)).ids]).toEqual([0, 1])
    expect([...catalogAt(snapshot, 'advertiser', day(1)).ids]).toEqual([0])
    expect([...catalogAt(snapshot, 'category', day(1)).ids]).toEqual([0, 1])
  })

  it('knows an advertiser by a signup alone', () => {
    const signups = snapshotOf(
      [
        [0, 0, 1],
        [0, -1, 2, 'signup', 2],
        [0, -1, 9, 'signup', 3],
      ],
      catalog,
    )
    expect([...catalogAt(signups, 'advertiser', day(5)).ids]).toEqual([0, 2])
  })

  it('says which advertiser and category an item belongs to', () => {
    expect([...groupsOf(snapshot, items, catalogAt(snapshot, 'advertiser', t))]).toEqual([0, 0, 1, 1, -1])
    expect([...groupsOf(snapshot, items, catalogAt(snapshot, 'category', t))]).toEqual([0, 1, 1, -1, 0])
  })
})
