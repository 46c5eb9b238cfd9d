import { openDatabase } from '../../../src/store/sqlite.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Interrupted, UserError } from '../../../src/core/errors.js'
import { silent } from '../../../src/core/progress.js'
import { chunkUsers } from '../../../src/events/world/chunks.js'
import { attributesOf, demographicsOf } from '../../../src/events/world/demographics.js'
import { generateData, type GenerateOptions } from '../../../src/events/world/generate.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { makeWorld, worldEvents } from '../../../src/events/world/world.js'
import { openStore } from '../../../src/store/open.js'
import type { Store } from '../../../src/store/store.js'

let folder: string
let store: Store
const tiny: GenerateOptions = { name: 'tiny', knobs: PRESETS.tiny, seed: 1, now: () => 1_700_000_000 }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-world-'))
  store = openStore(folder, { create: true })
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Stops the generation when so many chunks of users are in. */
async function interruptAfter(chunks: number, target = store): Promise<void> {
  const stop = new AbortController()
  let seen = 0
  const progress = { ...silent, update: () => void (++seen === chunks && stop.abort()) }
  await expect(generateData(target, { ...tiny, progress, signal: stop.signal })).rejects.toThrow(Interrupted)
}

describe('generateData', () => {
  it('writes catalog, users and events, user by user in order of time, with what it says', async () => {
    const result = await generateData(store, tiny)
    expect(result.added).toBe(result.events)
    expect(store.counts()).toEqual({
      users: result.users,
      items: result.items,
      advertisers: result.advertisers,
      events: result.events,
    })
    expect(Object.values(result.byType).reduce((a, b) => a + b)).toBe(result.events)
    expect(Object.keys(result.byType).sort()).toEqual([
      'add_to_cart',
      'checkout',
      'onsite click',
      'onsite search',
      'onsite view',
      'signup',
      'view',
    ])
    let [user, last, latest] = [0, 0, 0]
    for (const [, of, item, advertiser, , , time] of store.scanEvents()) {
      expect(of).toBeGreaterThanOrEqual(user)
      if (of === user) expect(time).toBeGreaterThanOrEqual(last)
      expect(item + advertiser).toBeGreaterThan(0)
      ;[user, last, latest] = [of, time, Math.max(latest, time)]
    }
    expect(result.to).toBe(latest)
    const { externalId, attributes } = store.user(1)!
    expect(attributes).toEqual(attributesOf(demographicsOf(1, Number(externalId.slice(1)) - 1)))
    expect(store.ads.counts()).toEqual({ ads: result.ads, campaigns: result.campaigns, impressions: 0 })
    expect(store.ads.byOrigin()).toEqual({ world: result.ads })
    const item = store.item(store.itemId('i1')!)!
    expect(item.category!.split('/')).toHaveLength(3)
    expect(item.title).toMatch(/, no\. \d{3}$/)
    expect(item.price).toBeGreaterThan(0)
    expect(item.advertiserName).toBeTruthy()
  })

  it('the same command twice adds nothing', async () => {
    await generateData(store, tiny)
    const before = [store.dataHash(), store.adsVersion()]
    const again = await generateData(store, tiny)
    expect(again.added).toBe(0)
    expect([store.dataHash(), store.adsVersion()]).toEqual(before)
  })

  it('a world that was made before worlds had ads gets them; one whose ads were taken out does not', async () => {
    const { ads, campaigns } = await generateData(store, tiny)
    store.close()
    const db = openDatabase(join(folder, 'adseq.db'))
    db.exec("DELETE FROM ads; DELETE FROM campaigns; DELETE FROM meta WHERE key = 'ads'")
    db.close()
    store = openStore(folder)
    expect(store.ads.counts().ads).toBe(0)
    expect(await generateData(store, tiny)).toMatchObject({ added: 0, ads, campaigns })
    expect(store.ads.counts()).toEqual({ ads, campaigns, impressions: 0 })
    const writer = store.writer()
    writer.ads.remove(['world'])
    writer.commit()
    await generateData(store, tiny)
    expect(store.ads.counts().ads).toBe(0)
  })

  it('cut short anywhere, the same command finishes it: the data is that of one that was not cut', async () => {
    const whole = mkdtempSync(join(tmpdir(), 'adseq-world-'))
    const other = openStore(whole, { create: true })
    const { events } = await generateData(other, tiny)
    const hash = other.dataHash()
    other.close()
    rmSync(whole, { recursive: true })

    const size = chunkUsers(tiny.knobs)
    const world = makeWorld(tiny.knobs, tiny.seed)
    await interruptAfter(1)
    expect(store.counts().events).toBe(worldEvents(world, 0, size).length)
    // what is in is passed over, and the next chunk is the second
    await interruptAfter(2)
    const kept = worldEvents(world, 0, 2 * size).length
    expect(store.counts().events).toBe(kept)
    const result = await generateData(store, { ...tiny, workers: 1 })
    expect(result).toMatchObject({ events, added: events - kept })
    expect(store.dataHash()).toBe(hash)
    expect(store.ads.counts()).toMatchObject({ ads: result.ads, campaigns: result.campaigns })
    expect(store.imports.all()).toHaveLength(1)
  })

  it('threads change nothing: none, one and two make the same data', async () => {
    const hashes = new Set<string>()
    for (const workers of [0, 1, 2]) {
      const place = mkdtempSync(join(tmpdir(), 'adseq-world-'))
      const other = openStore(place, { create: true })
      const { byType, events } = await generateData(other, { ...tiny, workers })
      hashes.add(JSON.stringify([other.dataHash(), byType, events]))
      other.close()
      rmSync(place, { recursive: true })
    }
    expect(tiny.knobs.users).toBeGreaterThan(2 * chunkUsers(tiny.knobs))
    expect(hashes.size).toBe(1)
  })

  it('refuses a store with other events, and says what to do', async () => {
    const { events } = await generateData(store, tiny)
    const error: UserError = await generateData(store, { ...tiny, seed: 2 }).then(
      () => expect.fail('accepted'),
      (e: UserError) => e,
    )
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(`${events.toLocaleString('en-US')} events`)
    expect(error.hint).toContain('--append')
    expect(store.counts().events).toBe(events)
  })

  it('says so when what is there is another world that was cut short', async () => {
    await interruptAfter(1)
    await expect(generateData(store, { ...tiny, seed: 2 })).rejects.toThrow(/unfinished world tiny, seed 1/)
  })

  it('adds a second world under names of its own when asked to', async () => {
    const first = await generateData(store, tiny)
    const second = await generateData(store, { ...tiny, seed: 2, append: true })
    expect(store.counts()).toEqual({
      users: first.users + second.users,
      items: 2 * PRESETS.tiny.items,
      advertisers: 2 * PRESETS.tiny.advertisers,
      events: first.events + second.events,
    })
    expect(store.ads.counts()).toMatchObject({
      ads: first.ads + second.ads,
      campaigns: first.campaigns + second.campaigns,
    })
    expect((await generateData(store, { ...tiny, seed: 2, append: true })).added).toBe(0)
    expect((await generateData(store, { ...tiny, seed: 2 })).added).toBe(0)
  })

  it('two processes that make one world at once: the later one stops, and nothing is written twice', async () => {
    const rival = openStore(folder)
    let raced: Promise<unknown> | undefined
    const stop = new AbortController()
    const progress = { ...silent, update: () => void (raced ??= generateData(rival, tiny)) }
    const outcome = await generateData(store, { ...tiny, progress, signal: stop.signal }).then(
      () => 'done',
      (error: Error) => error.message,
    )
    const other = await raced!.then(
      () => 'done',
      (error: Error) => error.message,
    )
    rival.close()
    expect([outcome, other].filter((text) => text === 'done')).toHaveLength(1)
    expect([outcome, other].find((text) => text !== 'done')).toMatch(/Another adseq process is/)
    const { events } = store.counts()
    expect((await generateData(store, tiny)).events).toBe(events)
  })

  it('two processes that make different worlds at once: one is refused, and they do not mix', async () => {
    const rival = openStore(folder)
    let raced: Promise<unknown> | undefined
    // the rival starts after this one's first look at the empty store
    const progress = {
      ...silent,
      start: (label: string) =>
        void (label.startsWith('make') && (raced ??= generateData(rival, { ...tiny, seed: 2 }))),
    }
    const outcome = await generateData(store, { ...tiny, progress }).then(
      () => 'done',
      (error: Error) => error.message,
    )
    const other = await raced!.then(
      () => 'done',
      (error: Error) => error.message,
    )
    rival.close()
    expect([outcome, other].filter((text) => text === 'done')).toHaveLength(1)
    expect(store.imports.all()).toHaveLength(1)
    expect(store.counts().items).toBe(PRESETS.tiny.items)
  })

  it('a world in which nobody comes has no events and is no error', async () => {
    const result = await generateData(store, {
      ...tiny,
      knobs: { ...tiny.knobs, users: 1, sessionsPerUser: 0.1 },
      seed: 3,
    })
    expect(result.events).toBe(0)
    expect(store.counts().items).toBe(PRESETS.tiny.items)
    expect(store.imports.all()[0].status).toBe('done')
  })
})
