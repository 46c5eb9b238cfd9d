import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashString } from '../../src/core/hash.js'
import { silent } from '../../src/core/progress.js'
import { Rng } from '../../src/core/rng.js'
import { categoryPrefixes, titleTokens } from '../../src/features/snapshot-build.js'
import { loadCatalog, loadSnapshot } from '../../src/features/snapshot-file.js'
import { historyEnd } from '../../src/features/snapshot.js'
import { DAY, madeMarket, madeSnapshot, madeStore, START } from './made-snapshot.js'

describe('the snapshot', () => {
  it('holds events in order of user, time and ingestion, whatever the order they came in', () => {
    const snapshot = madeSnapshot({
      users: 3,
      advertisers: 2,
      items: [{ advertiser: 1 }, {}],
      events: [
        { user: 2, item: 0, day: 5 },
        { user: 0, item: 1, day: 3 },
        { user: 0, item: 0, day: 1, type: 'view', domain: 1 },
        { user: 0, advertiser: 0, day: 3, type: 'signup' },
        { user: 0, item: 1, advertiser: 0, day: 2 },
      ],
    })
    expect([...snapshot.offsets]).toEqual([0, 4, 4, 5])
    expect([...snapshot.eventSeq]).toEqual([3, 5, 2, 4, 1])
    expect([...snapshot.eventItem]).toEqual([0, 1, 1, -1, 0])
    expect([...snapshot.eventAdvertiser]).toEqual([1, 0, -1, 0, 1])
    expect([...snapshot.eventType]).toEqual([0, 2, 2, 3, 2])
    expect([...snapshot.eventDomain]).toEqual([1, 0, 0, 0, 0])
    expect([...snapshot.eventTime].map((t) => (t - START) / DAY)).toEqual([1, 2, 3, 3, 5])
    expect([...snapshot.itemFirstSeen].map((t) => (t - START) / DAY)).toEqual([1, 2])
    // advertiser 0 by the event about item 1, which names it; advertiser 1 by its item 0
    expect([...snapshot.advertiserFirstSeen].map((t) => (t - START) / DAY)).toEqual([2, 1])
    expect(historyEnd(snapshot, 0, START + 2.5 * DAY)).toBe(2)
    expect(historyEnd(snapshot, 0, START + 3 * DAY)).toBe(4)
  })

  it('sorts like a stable sort by time on random input', () => {
    const rng = new Rng(5)
    const events = Array.from({ length: 500 }, () => ({ user: rng.int(4), item: 0, day: rng.int(9) }))
    const snapshot = madeSnapshot({ users: 4, items: [{}], events })
    const expected = events
      .map((event, k) => ({ ...event, seq: k + 1 }))
      .sort((a, b) => a.user - b.user || a.day - b.day || a.seq - b.seq)
    expect([...snapshot.eventSeq]).toEqual(expected.map((event) => event.seq))
  })

  it('says what is absent: no advertiser, category, price, title or event', () => {
    const { itemAdvertiser, itemCategory, itemPrice, itemTitle, itemFirstSeen } = madeSnapshot({
      users: 1,
      items: [{}, { launched: 4 }],
      events: [],
    })
    expect(itemAdvertiser[0]).toBe(-1)
    expect([...itemCategory.subarray(0, 3)]).toEqual([-1, -1, -1])
    expect(itemPrice[0]).toBeNaN()
    expect([...itemTitle]).toEqual(new Array(16).fill(0))
    expect([...itemFirstSeen]).toEqual([4294967295, START + 4 * DAY])
  })

  it('keeps three category levels, the last with all that is deeper, and eight title words', () => {
    expect(categoryPrefixes('A')).toEqual(['A'])
    expect(categoryPrefixes(' A / B//C /D')).toEqual(['A', 'A/B', 'A/B/C/D'])
    expect(categoryPrefixes('')).toEqual([])
    expect(titleTokens('Big, big MÜSLI 500g')).toEqual(['big', 'müsli', '500g'].map((word) => hashString(word)))
    expect(titleTokens('a b c d e f g h i j')).toHaveLength(8)
  })
})

describe('the snapshot file', () => {
  let folder: string
  const lines: string[] = []
  const progress = { ...silent, line: (text: string) => void lines.push(text) }
  const store = madeStore(madeMarket(new Rng(1)))
  const unread = {
    ...store,
    scanEvents: () => {
      throw new Error('the store was read')
    },
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'adseq-snapshot-'))
    lines.length = 0
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is written once and read back the same without the store', () => {
    const built = loadSnapshot(folder, store, progress)
    expect(readdirSync(join(folder, 'cache'))).toEqual(
      ['catalog', 'events'].map((half) => `${store.dataHash()}.${half}.safetensors`),
    )
    expect(loadSnapshot(folder, unread, progress)).toEqual(built)
    expect(built.eventTime.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(built.categories).toContain('C1/S1')
    expect(lines).toEqual([])
  })

  it('is rebuilt with a line when a byte of it is wrong or its end is missing', () => {
    const built = loadSnapshot(folder, store, progress)
    const path = join(folder, 'cache', `${store.dataHash()}.events.safetensors`)
    const bytes = readFileSync(path)
    bytes[bytes.length - 5] ^= 1
    writeFileSync(path, bytes)
    expect(loadSnapshot(folder, store, progress)).toEqual(built)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/damaged.*built anew/)
    writeFileSync(path, readFileSync(path).subarray(0, 1000))
    expect(loadSnapshot(folder, store, progress)).toEqual(built)
    expect(lines).toHaveLength(2)
    expect(loadSnapshot(folder, unread, progress)).toEqual(built)
  })

  it('gives the catalog without reading the events', () => {
    const built = loadSnapshot(folder, store, progress)
    rmSync(join(folder, 'cache', `${store.dataHash()}.events.safetensors`))
    const catalog = loadCatalog(folder, unread, progress)
    expect(built).toMatchObject(catalog)
    expect(catalog.advertiserFirstSeen.length).toBe(built.advertisers)
    expect(Object.keys(catalog).filter((key) => key.startsWith('event'))).toEqual([])
    rmSync(join(folder, 'cache'), { recursive: true })
    expect(loadCatalog(folder, store, progress)).toEqual(catalog)
  })

  it('replaces the snapshot of earlier data', () => {
    loadSnapshot(folder, store, progress)
    const more = madeStore(madeMarket(new Rng(2)))
    loadSnapshot(folder, more, progress)
    expect(readdirSync(join(folder, 'cache'))).toEqual(
      ['catalog', 'events'].map((half) => `${more.dataHash()}.${half}.safetensors`),
    )
  })

  it('refuses data that changes while it is read', () => {
    let reads = 0
    const changing = { ...store, dataHash: () => `hash-${reads++}` }
    expect(() => loadSnapshot(folder, changing, progress)).toThrow('changed while it was being read')
  })

  it('works on without a cache where it cannot write one', () => {
    writeFileSync(join(folder, 'cache'), 'a file where the folder should be')
    expect(loadSnapshot(folder, store, progress).eventTime.length).toBe(store.counts().events)
    expect(lines[0]).toMatch(/could not be cached/)
  })
})
