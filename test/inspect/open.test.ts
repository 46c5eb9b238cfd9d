import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { silent } from '../../src/core/progress.js'
import { generateData } from '../../src/events/world/generate.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { loadSnapshot } from '../../src/features/snapshot-file.js'
import { conversionMask } from '../../src/features/snapshot.js'
import { dataView } from '../../src/inspect/data.js'
import { inspectItem } from '../../src/inspect/item.js'
import { lookupInThread } from '../../src/inspect/lookup.js'
import { openSubject, type OpenOptions } from '../../src/inspect/open.js'
import type { Subject } from '../../src/inspect/types.js'
import { tryHistory } from '../../src/inspect/try.js'
import { inspectUser, randomUser } from '../../src/inspect/user.js'
import { whyRetrieved } from '../../src/inspect/why.js'
import { catalogAt } from '../../src/protocol/catalog.js'
import { BASELINES } from '../../src/retrieve/baselines.js'
import { ease } from '../../src/retrieve/ease.js'
import { openStore } from '../../src/store/open.js'
import { readManifest } from '../../src/runs/manifest.js'
import { runTraining } from '../../src/train/run-training.js'
import { runFolder } from '../../src/store/paths.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { queriesAt } from '../fixtures/histories.js'
import { settings } from '../train/settings.js'

const engine = { engine: 'onnx', threads: 1 } as const
const config = settings('train.steps=4', 'train.validateEvery=4', 'train.warmupSteps=2')
const folder = mkdtempSync(join(tmpdir(), 'adseq-inspect-'))
const looking = <T>(options: OpenOptions, look: (subject: Subject) => Promise<T>): Promise<T> =>
  inWorkspace(folder, { config, readonly: true }, async (workspace) => look(await openSubject(workspace, options)))
let run = ''

beforeAll(async () => {
  const store = openStore(folder, { create: true })
  await generateData(store, {
    name: 'tiny',
    knobs: PRESETS.tiny,
    seed: 3,
    append: false,
    progress: silent,
    signal: new AbortController().signal,
  })
  const snapshot = loadSnapshot(folder, store, silent)
  store.close()
  for await (const record of runTraining({ workspace: folder, kind: 'item', config, snapshot, engine }))
    if (record.type === 'done') run = record.run
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('looking at a workspace with an item model and no advertiser model', () => {
  it('recommends to a real user by the run, as of its cutoff', async () => {
    const { cutoff } = readManifest(runFolder(folder, run))
    const view = await looking({ by: 'towers' }, (subject) =>
      inspectUser(subject, randomUser(subject, 1), { k: 20, events: 1000 }),
    )
    expect(view.itemBy).toBe('transformer')
    expect([view.itemRun, view.advertiserRun, view.moment]).toEqual([run, null, cutoff])
    expect(Math.max(...view.history.map((row) => row.time))).toBeLessThanOrEqual(cutoff)
    for (const row of view.next) expect(row.time).toBeGreaterThan(cutoff)
    expect(view.items.map((item) => item.rank)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(new Set(view.items.map((item) => item.item)).size).toBe(20)
    const scores = view.items.map((item) => item.score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(Math.max(...scores.map(Math.abs))).toBeLessThanOrEqual(1.000001)
    // the marks and the list of purchases say the same
    for (const item of view.items)
      expect(item.boughtNext).toBe(
        view.next.some((row) => row.item === item.item && row.rank !== null && row.rank <= 20),
      )
  })

  it.each(['hybrid', 'towers', 'popularity'])(
    'gives a made-up history that equals a real one the same results, by %s',
    (by) =>
      looking({ by }, async (subject) => {
        const user = randomUser(subject, 2)
        const real = await inspectUser(subject, user, { k: 200, events: 1000 })
        const [edited, same] = [
          await tryHistory(subject, { user, drop: 1, k: 200 }),
          real.items.map((item) => [item.item, item.score]),
        ]
        expect(edited.before.items.map((item) => [item.item, item.score])).toEqual(same)
        expect(edited.after.history).toHaveLength(Math.min(50, real.historyEvents - 1))
      }),
  )

  it('finds an item nearer to itself than to its neighbours', () =>
    looking({}, async (subject) => {
      const { nearest } = await inspectItem(subject, subject.names.item(1).externalId, 5)
      expect(nearest).toHaveLength(5)
      expect(nearest.map((item) => item.item)).not.toContain(subject.names.item(1).externalId)
      for (const item of nearest) expect(item.score).toBeLessThanOrEqual(1.000001)
    }))

  it('answers the same from a thread of its own, mistakes of the user included', async () => {
    await looking({}, async (subject) => {
      const lookup = lookupInThread({ folder, config })
      const user = await lookup.random(5, {})
      expect(user).toBe(randomUser(subject, 5))
      const inspected = await inspectUser(subject, user, { k: 10, events: 10 })
      expect((await lookup.user(user, {})).items.slice(0, 10)).toEqual(inspected.items)
      await expect(lookup.user('nobody', {})).rejects.toThrow(UserError)
      const [first] = inspected.items
      expect(await lookup.item(first.item!, {})).toEqual(await inspectItem(subject, first.item!, 50))
      expect((await lookup.find([first.item!])).items[0].id).toBe(first.item)
      expect(await lookup.data()).toEqual(dataView(subject.snapshot))
      const names = (await lookup.recommenders()).map(({ name }) => name)
      expect(names).toEqual(['towers', ...BASELINES.filter(({ slow }) => !slow).map(({ name }) => name)])
      // two ways of looking are open at once, and the first one is kept
      const popular = await lookup.user(user, { by: 'popularity-30' })
      expect(popular.itemBy).not.toBe(inspected.itemBy)
      expect((await lookup.user(user, {})).items.slice(0, 10)).toEqual(inspected.items)
      await lookup.renew()
      expect((await lookup.user(user, {})).items.slice(0, 10)).toEqual(inspected.items)
      await lookup.close()
    })
    const nowhere = lookupInThread({ folder: join(folder, 'nowhere'), config })
    await expect(nowhere.random(1, {})).rejects.toThrow(UserError)
    await nowhere.close()
  })

  it('looks through any baseline instead of the run, at both levels, as of the same moment', async () => {
    const { cutoff } = readManifest(runFolder(folder, run))
    for (const { name } of BASELINES)
      await looking({ by: name }, async (subject) => {
        expect(subject.moment).toBe(cutoff)
        const view = await inspectUser(subject, randomUser(subject, 1), { k: 10, events: 1 })
        expect([view.itemRun, view.advertiserRun]).toEqual([run, null])
        expect(view.itemBy).toBe(subject.item!.recommender.name)
        expect(view.itemBy).toBe(view.advertiserBy)
        expect([view.items.length, view.advertisers.length]).toEqual([10, 10])
      })
  })

  it('lists by EASE what EASE over the histories up to the cutoff lists, and tells what pulls a result', () =>
    looking({ by: 'ease' }, async (subject) => {
      const { snapshot, moment } = subject
      const external = randomUser(subject, 3)
      const user = subject.names.userId(external)! - 1
      const catalog = catalogAt(snapshot, 'item', moment)
      const lists = await ease(snapshot, catalog, moment).list(queriesAt(snapshot, moment, [user]), 20)
      const view = await inspectUser(subject, external, { k: 20, events: 1 })
      expect(view.itemBy).toBe('EASE')
      expect(view.items.map(({ item, score }) => [item, score])).toEqual(
        Array.from(lists.entries, (entry, i) => [
          subject.names.item(catalog.ids[entry] + 1).externalId,
          lists.scores[i],
        ]),
      )
      const { item, score, rank } = view.items[0]
      const why = await whyRetrieved(subject, external, item!, 'item')
      expect(why).toMatchObject({ score, rank, reads: view.historyEvents, of: catalog.size })
      // a linear model of the set of items: what the items of the history give adds up to the score
      expect(why.groups).toBe(why.tried)
      expect(why.pulls.reduce((sum, { pull }) => sum + pull, 0)).toBeCloseTo(score, 5)
    }))

  it('lists by popularity what was converted on most up to the cutoff', () =>
    looking({ by: 'popularity' }, async (subject) => {
      const { snapshot, moment, names } = subject
      const counts = new Map<string, number>()
      snapshot.eventItem.forEach((item, row) => {
        if (item < 0 || snapshot.eventTime[row] > moment || conversionMask[snapshot.eventType[row]] === 0) return
        const { externalId } = names.item(item + 1)
        counts.set(externalId, (counts.get(externalId) ?? 0) + 1)
      })
      const most = [...counts.values()].sort((a, b) => b - a).slice(0, 30)
      const { items } = await inspectUser(subject, randomUser(subject, 1), { k: 30, events: 1 })
      expect(items.map(({ score }) => score)).toEqual(most)
      for (const { item, score } of items) expect(counts.get(item!)).toBe(score)
    }))

  it('refuses a baseline that is not there', async () => {
    await expect(looking({ by: 'eaze' }, () => Promise.resolve())).rejects.toMatchObject({
      message: 'There is no baseline eaze.',
      hint: expect.stringContaining('nearest-users'),
    })
  })

  it('refuses a run that is not there', async () => {
    const nothing = (): Promise<void> => Promise.resolve()
    await expect(looking({ runs: { item: 'item-x' } }, nothing)).rejects.toThrow('There is no run item-x')
    await expect(looking({ runs: { advertiser: run } }, nothing)).rejects.toThrow(UserError)
  })
})
