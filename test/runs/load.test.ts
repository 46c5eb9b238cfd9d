import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { createEngine, type Engine } from '../../src/engine/index.js'
import { CATEGORY_LEVELS, TITLE_TOKENS, type Snapshot } from '../../src/features/snapshot.js'
import { timeRange } from '../../src/protocol/cutoff.js'
import { findRun, listRuns } from '../../src/runs/manifest.js'
import { loadRun, type LoadedRun } from '../../src/runs/load.js'
import { runTraining } from '../../src/train/run-training.js'
import { queriesAt } from '../fixtures/histories.js'
import { makeSnapshot } from '../fixtures/snapshot.js'
import { collect, inWorkspace, options, settings } from '../train/settings.js'

const snapshot = makeSnapshot()
const now = timeRange(snapshot).last
const all = queriesAt(snapshot, now)
const firstTo = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)
const brief = (...set: string[]) => settings('train.steps=20', 'train.validateEvery=10', 'train.warmupSteps=2', ...set)

let engine: Engine
beforeAll(async () => {
  engine = await createEngine({ engine: 'onnx', threads: 1 })
})
afterAll(() => engine.dispose())

const row = (vectors: Float32Array, i: number, d: number): Float32Array => vectors.slice(i * d, (i + 1) * d)
const expectClose = (a: Float32Array, b: Float32Array): void => a.forEach((x, i) => expect(x).toBeCloseTo(b[i], 5))

/** Three more items (of cluster 0, of advertiser 1, and of nothing known) and an advertiser that sells the last. */
function grown(): Snapshot {
  const [items, advertisers] = [snapshot.items + 3, snapshot.advertisers + 1]
  const append = <T extends Int32Array | Uint32Array | Float32Array>(data: T, more: number[]): T =>
    (data.constructor as unknown as { from(list: number[]): T }).from([...data, ...more])
  const none = Array.from({ length: CATEGORY_LEVELS - 1 }, () => -1)
  return {
    ...snapshot,
    hash: 'grown',
    items,
    advertisers,
    itemAdvertiser: append(snapshot.itemAdvertiser, [-1, 1, snapshot.advertisers]),
    itemCategory: append(snapshot.itemCategory, [0, ...none, -1, ...none, -1, ...none]),
    itemPrice: append(snapshot.itemPrice, [NaN, NaN, NaN]),
    itemTitle: append(snapshot.itemTitle, new Array<number>(3 * TITLE_TOKENS).fill(0)),
    itemFirstSeen: append(snapshot.itemFirstSeen, [now, now, now]),
  }
}

describe('a finished run', () => {
  it("is loaded by id or as the latest, and its encoder gives unit vectors that rank a user's own cluster first", async () => {
    await inWorkspace(async (folder) => {
      const { done } = await collect(runTraining(options(folder, { config: brief(), snapshot })))
      const run = await loadRun(folder, 'latest', 'item', engine, snapshot, snapshot)
      expect(run.manifest.id).toBe(done.run)
      const { encoder } = run
      const d = encoder.width
      const users = await encoder.encodeUsers(all)
      const items = await encoder.encodeEntries(firstTo(snapshot.items), now)
      expect([users.length, items.length]).toEqual([snapshot.users * d, snapshot.items * d])
      for (let u = 0; u < snapshot.users; u++) expect(Math.hypot(...row(users, u, d))).toBeCloseTo(1, 4)

      let own = 0
      for (let u = 0; u < snapshot.users; u++) {
        const scores = Array.from({ length: snapshot.items }, (_, i) =>
          row(items, i, d).reduce((sum, x, k) => sum + x * users[u * d + k], 0),
        )
        if (scores.indexOf(Math.max(...scores)) % 6 === u % 6) own++
      }
      expect(own / snapshot.users).toBeGreaterThan(0.7) // by chance one in six

      // any part, in any order, in any number: the same vectors
      const some = await encoder.encodeUsers({
        ...queriesAt(snapshot, now, [7, 3]),
        moment: Float64Array.of(now, now),
      })
      expectClose(row(some, 0, d), row(users, 7, d))
      expectClose(row(some, 1, d), row(users, 3, d))
      expectClose(await encoder.encodeEntries(Int32Array.of(5, 6), now), items.slice(5 * d, 7 * d))
      expectClose(
        await encoder.encodeEntries(Int32Array.of(9, 2), now),
        Float32Array.of(...row(items, 9, d), ...row(items, 2, d)),
      )
      // a user without events
      expect((await encoder.encodeUsers({ ...queriesAt(snapshot, 0, [0]), moment: now })).every(Number.isFinite)).toBe(
        true,
      )
      await run.dispose()
    })
  })

  it.each([
    ['item', []],
    ['item', ['model.itemIds=true']],
    ['advertiser', []],
  ] as const)('of the %s model (%j) encodes entries that came after the training', async (kind, set) => {
    await inWorkspace(async (folder) => {
      await collect(runTraining(options(folder, { kind, config: brief(...set), snapshot })))
      const more = grown()
      const [before, after] = [
        await loadRun(folder, 'latest', kind, engine, snapshot, snapshot),
        await loadRun(folder, 'latest', kind, engine, more, more),
      ]
      const vectors = ({ encoder }: LoadedRun): Promise<Float32Array> =>
        encoder.encodeEntries(firstTo(encoder.entries), now)
      const [a, b] = [await vectors(before), await vectors(after)]
      expect(b.length).toBe(a.length + (kind === 'item' ? 3 : 1) * before.encoder.width)
      expect(b.every(Number.isFinite)).toBe(true)
      expectClose(b.slice(0, a.length), a)
      expectClose(await after.encoder.encodeUsers({ ...all, events: more }), await before.encoder.encodeUsers(all))
      await before.dispose()
      await after.dispose()
    })
  })

  it('encodes users alone where no events are given, and says so when asked for more', async () => {
    await inWorkspace(async (folder) => {
      await collect(runTraining(options(folder, { config: brief(), snapshot })))
      const [whole, users] = [
        await loadRun(folder, 'latest', 'item', engine, snapshot, snapshot),
        await loadRun(folder, 'latest', 'item', engine, snapshot, undefined),
      ]
      expect(await users.encoder.encodeUsers(all)).toEqual(await whole.encoder.encodeUsers(all))
      await expect(users.encoder.encodeEntries(firstTo(2), now)).rejects.toThrow('it encodes users alone')
      await whole.dispose()
      await users.dispose()
    })
  })

  it('keeps the model of the select phase: the one that the same training without refit ends with', async () => {
    await inWorkspace(async (folder) => {
      const refitted = (await collect(runTraining(options(folder, { config: brief(), snapshot })))).done.run
      const plain = (await collect(runTraining(options(folder, { config: brief('train.refit=false'), snapshot })))).done
        .run
      const vectors = async (id: string, which: 'final' | 'selected'): Promise<Float32Array> => {
        const run = await loadRun(folder, id, 'item', engine, snapshot, snapshot, which)
        const items = await run.encoder.encodeEntries(firstTo(snapshot.items), now)
        await run.dispose()
        return items
      }
      const final = await vectors(plain, 'final')
      expectClose(await vectors(refitted, 'selected'), final)
      expectClose(await vectors(plain, 'selected'), final)
      expect(await vectors(refitted, 'final')).not.toEqual(final)
    })
  })

  it('is refused in words when it is not there, of the other kind, unfinished, damaged, or of other data', async () => {
    await inWorkspace(async (folder) => {
      expect(() => findRun(folder, 'latest', 'item')).toThrow('no finished item run')
      const { done } = await collect(runTraining(options(folder, { config: brief(), snapshot })))
      const controller = new AbortController()
      controller.abort()
      await collect(
        runTraining(options(folder, { config: brief('train.seed=5'), snapshot, signal: controller.signal })),
      ).catch(() => undefined)
      const unfinished = listRuns(folder).find((run) => run.status === 'running')!

      expect(() => findRun(folder, 'item-nope', 'item')).toThrow('There is no run item-nope')
      expect(() => findRun(folder, done.run, 'advertiser')).toThrow('is of the item model')
      expect(() => findRun(folder, unfinished.id, 'item')).toThrow('is not finished')
      expect(findRun(folder, 'latest', 'item').id).toBe(done.run)

      const less = { ...snapshot, items: 10 }
      await expect(loadRun(folder, 'latest', 'item', engine, less, less)).rejects.toMatchObject({
        message: expect.stringContaining('the workspace has fewer now'),
        hint: expect.stringContaining('The data was replaced'),
      })
      const model = join(folder, 'runs', done.run, 'model.safetensors')
      const bytes = readFileSync(model)
      truncateSync(model, bytes.length - 100)
      await expect(loadRun(folder, 'latest', 'item', engine, snapshot, snapshot)).rejects.toBeInstanceOf(UserError)
      writeFileSync(model, bytes)
      const manifest = join(folder, 'runs', done.run, 'manifest.json')
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"version": 1', '"version": 9'))
      expect(() => findRun(folder, done.run, 'item')).toThrow('newer adseq')
    })
  })
})
