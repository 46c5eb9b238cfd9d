import { describe, expect, it } from 'vitest'
import { madeUpHistory } from '../../src/features/made-up-history.js'
import { scan } from '../embed/scan.js'
import { smallStore, temporaryFolder } from '../embed/small-workspace.js'

/** Items i1, i2, i3 get ids 1, 2, 3; the advertisers a1, a2, a0 get ids 1, 2, 3. */
const catalog = () => {
  const store = smallStore(temporaryFolder(), [
    [1, 1, 10],
    [1, 2, 20],
    [2, 3, 30],
  ])
  const snapshot = scan(store)
  store.close()
  return snapshot
}

describe('madeUpHistory', () => {
  it('is a table of one user with the events in order of time, by the catalog they are of', () => {
    const snapshot = catalog()
    const history = madeUpHistory(snapshot, [
      { item: 2, advertiser: -1, type: 0, domain: 0, time: 50 },
      { item: 0, advertiser: 1, type: 2, domain: 1, time: 40 },
      { item: -1, advertiser: 0, type: 3, domain: 0, time: 50 },
    ])
    expect([...history.offsets]).toEqual([0, 3])
    expect([...history.eventTime]).toEqual([40, 50, 50])
    expect([...history.eventItem]).toEqual([0, 2, -1])
    // the event's own advertiser, else the item's
    expect([...history.eventAdvertiser]).toEqual([1, 2, 0])
    expect([...history.eventType]).toEqual([2, 0, 3])
    expect(history.users).toBe(1)
  })

  it('refuses what is outside the catalog', () => {
    expect(() => madeUpHistory(catalog(), [{ item: 3, advertiser: -1, type: 0, domain: 0, time: 1 }])).toThrow(
      'outside the catalog',
    )
    expect(() => madeUpHistory(catalog(), [{ item: -1, advertiser: 3, type: 0, domain: 0, time: 1 }])).toThrow(
      'outside the catalog',
    )
  })
})
