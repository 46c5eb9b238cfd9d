import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { takeLock } from '../../src/core/lock.js'
import { generateData } from '../../src/events/world/generate.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { nextSteps } from '../../src/inspect/next-steps.js'
import { workspaceState } from '../../src/inspect/state.js'
import { openStore } from '../../src/store/open.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-state-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a workspace is described from empty to filled, with who is at work in it', async () => {
  const empty = workspaceState(folder)
  expect(empty).toMatchObject({ settings: false, data: null, generations: [], locks: [], simulations: [] })
  expect(nextSteps(empty)[0].command).toBe('adseq init')

  writeFileSync(join(folder, 'adseq.yaml'), '')
  const store = openStore(folder, { create: true })
  await generateData(store, { name: 'tiny', knobs: { ...PRESETS.tiny, users: 60 }, seed: 1 })
  const [counts, seq, { ads }] = [store.counts(), store.lastSeq(), store.ads.counts()]
  store.close()
  const filled = workspaceState(folder)
  expect(filled.settings).toBe(true)
  expect(filled.data).toEqual({ ...counts, seq, ads, world: true, unfinished: [], watermarks: [], waiting: null })
  expect(ads).toBeGreaterThan(0)
  expect(nextSteps(filled)[0].command).toBe('adseq train item')

  mkdirSync(join(folder, 'runs', 'item-1'), { recursive: true })
  const file = join('runs', 'item-1', 'training.lock')
  const release = takeLock(join(folder, file), 'training of item-1')
  writeFileSync(join(folder, 'runs', 'item-1', 'weights'), Buffer.alloc(1000))
  const busy = workspaceState(folder)
  release()
  expect(busy.locks).toEqual([{ what: 'training of item-1', pid: process.pid, file }])
  expect(nextSteps(busy)[0].command).toBe('adseq train advertiser')
  expect(busy.disk.used.find(({ name }) => name === 'runs')!.bytes).toBeGreaterThanOrEqual(1000)
  expect(busy.disk.free).toBeGreaterThan(0)
  expect(workspaceState(folder).locks).toEqual([])
})
