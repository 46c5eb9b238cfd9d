import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import type { Kind } from '../../src/config/schema.js'
import { readSafetensors } from '../../src/core/safetensors.js'
import { finishedRuns } from '../../src/runs/manifest.js'
import { schemaVersion } from '../../src/store/migrations.js'
import { openStore } from '../../src/store/open.js'
import { SCHEMA_VERSION } from '../../src/store/schema.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { Workspace } from '../../src/workspace/workspace.js'
import { runAdseq } from '../e2e/run-adseq.js'

/**
 * A workspace that the first released adseq left behind, with a run of each model, vectors of all users and a
 * generation: schema 1, models that read neither profile nor reach, a generation of items alone.
 */
const KEPT = fileURLToPath(new URL('../fixtures/first-layout', import.meta.url))
const RUNS: Record<Kind, string> = {
  item: 'item-20261128-204026-a194',
  advertiser: 'advertiser-20261128-204028-6853',
}
const GENERATION = 'generation-20261128-204029-95dc'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-first-'))
  folders.push(folder)
  cpSync(KEPT, folder, { recursive: true })
  return folder
}

describe('a workspace of the first layout', () => {
  test('has its runs, and their models encode as they did', async () => {
    const folder = copied()
    expect(finishedRuns(folder).map(({ id }) => id)).toEqual([RUNS.item, RUNS.advertiser])
    const workspace = new Workspace(folder, { config: loadConfig(folder, { env: {} }) })
    const { snapshot, store } = workspace
    for (const kind of ['item', 'advertiser'] as const) {
      const { encoder } = await workspace.run(RUNS[kind], kind)
      const users = Int32Array.from({ length: snapshot.users }, (_, u) => u)
      const stored = store.userEmbeddings(RUNS[kind])
      expect([...stored.ids]).toEqual(Array.from(users, (u) => u + 1))
      const moment = store.userEmbedding(RUNS[kind], 1)!.asOf
      const vectors = await encoder.encodeUsers({
        events: snapshot,
        users,
        ends: Int32Array.from(snapshot.offsets.slice(1)),
        moment,
      })
      expect(distance(vectors, stored.vectors)).toBeLessThan(1e-5)
      if (kind === 'advertiser') continue
      const items = Int32Array.from({ length: snapshot.items }, (_, i) => i)
      const kept = readSafetensors(join(folder, 'index', GENERATION, 'items.safetensors')).arrays
      const [published] = Object.values(kept).filter(({ data }) => data instanceof Float32Array)
      expect(distance(await encoder.encodeEntries(items, moment), published.data as Float32Array)).toBeLessThan(1e-5)
    }
    await workspace.close()
  })

  test('is brought up to the schema of today, and nothing of it is lost', () => {
    const folder = copied()
    const store = openStore(folder)
    expect(store.counts()).toEqual({ users: 40, items: 40, advertisers: 5, events: 884 })
    expect(store.currentGeneration()).toMatchObject({ id: GENERATION, itemRun: RUNS.item, seq: 884 })
    store.close()
    const db = openDatabase(join(folder, 'adseq.db'))
    expect(schemaVersion(db, folder)).toBe(SCHEMA_VERSION)
    db.close()
  })

  test('is looked at, judged and published again by the commands of today', async () => {
    const folder = copied()
    const ran = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runAdseq([...args, '--workspace', folder])
      expect(code, `${args.join(' ')}: ${stderr}`).toBe(0)
      return stdout
    }
    expect(await ran('inspect', 'user', 'u3', '--as-served')).toContain(`RECOMMENDED ITEMS by ${GENERATION}`)
    expect(await ran('doctor')).toContain('All is well.')
    expect(await ran('eval', 'item')).toContain('transformer + history')
    expect(await ran('index')).toContain('Published generation-')
    expect(await ran('generations')).toContain(GENERATION)
    expect(await ran('explain', 'u3', '--k', '3')).toContain('Together they found 45 ads')
  })

  test.each([
    ['eval', ['eval', 'context']],
    ['try', ['try', '--user', 'u3', '--context', 'search=c1']],
    ['explain', ['explain', 'u3', '--search', 'c1']],
  ])('says plainly that its model was trained without context: %s', async (_, args) => {
    const folder = copied()
    if (args[0] === 'explain') await runAdseq(['index', '--workspace', folder])
    const { code, stderr } = await runAdseq([...args, '--workspace', folder])
    expect(code).toBe(2)
    expect(stderr).toContain('was trained without context')
    expect(stderr).toContain('model.context=true')
  })
})

/** The largest difference of two vectors of the same length. */
function distance(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0)
}
