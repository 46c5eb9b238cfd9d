import { describe, expect, test } from 'vitest'
import { DOMAINS, EVENT_TYPES, NEVER, type Snapshot } from '../../src/features/snapshot.js'
import { Histories } from '../../src/simulate/histories.js'

const VIEW = EVENT_TYPES.indexOf('view')
const OFFSITE = DOMAINS.indexOf('offsite')

/** Two users, three items of two advertisers; item 2 and its advertiser are first seen after 100. */
const snapshot = {
  users: 2,
  items: 3,
  advertisers: 2,
  itemAdvertiser: Int32Array.of(0, 0, 1),
  itemFirstSeen: Uint32Array.of(10, 20, 150),
  advertiserFirstSeen: Uint32Array.of(10, 150),
  offsets: Uint32Array.of(0, 2, 4),
  eventItem: Int32Array.of(0, 1, 1, 2),
  eventAdvertiser: Int32Array.of(0, 0, 0, 1),
  eventType: new Uint8Array(4).fill(VIEW),
  eventDomain: new Uint8Array(4).fill(OFFSITE),
  eventTime: Uint32Array.of(10, 50, 20, 150),
  eventSeq: Uint32Array.of(1, 3, 2, 4),
} as unknown as Snapshot

describe('histories that grow', () => {
  test('are a snapshot of what was done, without what came after the moment and was not lived', () => {
    const histories = new Histories(snapshot, 100, [2, 3])
    expect(histories.asSnapshot().itemFirstSeen).toEqual(Uint32Array.of(10, 20, NEVER))
    histories.add(0, 2, 1, VIEW, OFFSITE, 120)
    histories.add(1, 0, 0, VIEW, OFFSITE, 130)
    histories.add(1, 2, 1, VIEW, OFFSITE, 140)
    const lived = histories.asSnapshot()
    expect(lived.offsets).toEqual(Uint32Array.of(0, 3, 6))
    expect(lived.eventItem).toEqual(Int32Array.of(0, 1, 2, 1, 0, 2))
    expect(lived.eventTime).toEqual(Uint32Array.of(10, 50, 120, 20, 130, 140))
    expect(lived.itemFirstSeen).toEqual(Uint32Array.of(10, 20, 120))
    expect(lived.advertiserFirstSeen).toEqual(Uint32Array.of(10, 120))
  })

  test('refuse what comes before the last event, and what there is no room for', () => {
    const histories = new Histories(snapshot, 100, [1, 0])
    expect(() => histories.add(0, 1, 0, VIEW, OFFSITE, 40)).toThrow('comes before their last')
    expect(() => histories.add(1, 1, 0, VIEW, OFFSITE, 200)).toThrow('no room')
  })
})
