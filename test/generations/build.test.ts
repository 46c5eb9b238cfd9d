import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { silent } from '../../src/core/progress.js'
import { buildGeneration, type BuildOptions } from '../../src/generations/build.js'
import { openGeneration } from '../../src/generations/open.js'
import { verifyGeneration } from '../../src/generations/files.js'
import { infer } from '../../src/embed/infer.js'
import type { Store } from '../../src/store/store.js'
import { CountingTower, countedEntries, unitVector } from '../embed/counting-tower.js'
import { scan } from '../embed/scan.js'
import { addEvents, smallStore, temporaryFolder } from '../embed/small-workspace.js'
import { bestItems } from './asking.js'

const ITEMS = 300
const WIDTH = 8

/** A workspace whose users are encoded by the run, ready for an index. */
async function inferred(run = 'item-run'): Promise<{ store: Store; indexFolder: string }> {
  const folder = temporaryFolder()
  const store = smallStore(
    folder,
    Array.from({ length: ITEMS }, (_, i) => [1 + (i % 20), i + 1, 1_500_000_000 + i]),
  )
  await encode(store, run)
  return { store, indexFolder: join(folder, 'index') }
}

async function encode(store: Store, run: string): Promise<void> {
  const histories = scan(store)
  await infer({
    store,
    histories,
    towers: [new CountingTower(run, 'item', WIDTH)],
    progress: silent,
  })
}

function build({ store, indexFolder }: { store: Store; indexFolder: string }, extra: Partial<BuildOptions> = {}) {
  return buildGeneration({
    indexFolder,
    store,
    items: countedEntries('item-run', 1, ITEMS, WIDTH),
    asOf: 1_500_000_299,
    index: { connectivity: 16, expansionAdd: 128, expansionSearch: 64, recall: 0.9 },
    history: 'kept',
    seed: 1,
    progress: silent,
    ...extra,
  })
}

const folders = (indexFolder: string): string[] => readdirSync(indexFolder).sort()

describe('buildGeneration', () => {
  it('publishes item vectors, an index with its measured recall, and the ingest number of the users', async () => {
    const workspace = await inferred()
    const { manifest } = await build(workspace)
    const row = workspace.store.currentGeneration()!
    expect(row).toMatchObject({
      id: manifest.generation,
      itemRun: 'item-run',
      seq: ITEMS,
      vectorsHash: manifest.vectors.sha256,
      indexHash: manifest.index.sha256,
    })
    expect(row.advertiserRun).toBeUndefined()
    expect(manifest.recall).toMatchObject({ at: 100, queries: 20 })
    expect(manifest.recall!.recall).toBeGreaterThan(0.95)
    expect(await verifyGeneration(workspace.indexFolder, row)).toEqual(JSON.parse(JSON.stringify(manifest)))
    workspace.store.close()
  })

  it("is read back: an item's own vector finds it first, with cosine 1", async () => {
    const workspace = await inferred()
    await build(workspace)
    const generation = await openGeneration(workspace.indexFolder, workspace.store.currentGeneration()!)
    const { items, scores } = await bestItems(generation, unitVector(WIDTH, 1, 123), 5)
    expect(items[0]).toBe(123)
    expect(scores[0]).toBeCloseTo(1, 5)
    expect(items.length).toBe(5)
    expect((await bestItems(generation, unitVector(WIDTH, 1, 123), 1000)).items.length).toBe(ITEMS)
    workspace.store.close()
  })

  it('rolls back exactly: an older generation reads the older vectors of users and of items', async () => {
    const workspace = await inferred()
    const { store, indexFolder } = workspace
    const first = (await build(workspace)).manifest
    const userBefore = store.userEmbedding('item-run', 1, first.seq)!.vector
    const query = unitVector(WIDTH, 9, 9)
    const before = await bestItems(await openGeneration(indexFolder, store.currentGeneration()!), query, 20)

    addEvents(store, [[1, 5, 1_500_001_000]])
    await encode(store, 'item-run')
    const second = (await build(workspace, { items: countedEntries('item-run', 2, ITEMS, WIDTH) })).manifest
    expect(store.currentGeneration()!.id).toBe(second.generation)
    expect(store.userEmbedding('item-run', 1, second.seq)!.vector).not.toEqual(userBefore)

    store.setCurrentGeneration(first.generation)
    const row = store.currentGeneration()!
    expect(store.userEmbedding('item-run', 1, row.seq)!.vector).toEqual(userBefore)
    expect(await bestItems(await openGeneration(indexFolder, row), query, 20)).toEqual(before)
    store.close()
  })

  it('refuses a run that has not encoded every user', async () => {
    const workspace = await inferred('another-run')
    await expect(build(workspace)).rejects.toThrow('Run item-run has not encoded every user yet.')
    expect(workspace.store.currentGeneration()).toBeUndefined()
    workspace.store.close()
  })

  it('reads at the lower of two watermarks', async () => {
    const workspace = await inferred()
    await encode(workspace.store, 'advertiser-run')
    addEvents(workspace.store, [[1, 5, 1_500_001_000]])
    await encode(workspace.store, 'item-run')
    expect((await build(workspace, { advertisers: countedEntries('advertiser-run', 1, 3, WIDTH) })).manifest.seq).toBe(
      ITEMS,
    )
    workspace.store.close()
  })

  it('leaves the previous generation serving when a build fails, and sweeps what that left', async () => {
    const workspace = await inferred()
    const { store, indexFolder } = workspace
    const first = (await build(workspace)).manifest.generation
    const failing = countedEntries('item-run', 2, ITEMS, WIDTH, () => {
      throw new Error('stop')
    })
    await expect(build(workspace, { items: failing })).rejects.toThrow('stop')
    expect(store.currentGeneration()!.id).toBe(first)
    mkdirSync(join(indexFolder, 'whole-but-unpublished'))
    const { swept, manifest } = await build(workspace)
    expect(swept).toContain('whole-but-unpublished')
    expect(swept.some((name) => name.startsWith('.building-'))).toBe(true)
    expect(folders(indexFolder)).toEqual([first, manifest.generation].sort())
    store.close()
  })

  it('keeps as many old generations as asked for', async () => {
    const workspace = await inferred()
    const times = [1, 2, 3].map((minute) => () => new Date(Date.UTC(2026, 0, 1, 0, minute)))
    const ids: string[] = []
    for (const now of times) ids.push((await build(workspace, { keep: 1, now })).manifest.generation)
    expect(folders(workspace.indexFolder)).toEqual(ids.slice(1).sort())
    expect(workspace.store.listGenerations().length).toBe(3)
    workspace.store.close()
  })

  it('refuses a second build at the same time', async () => {
    const workspace = await inferred()
    mkdirSync(workspace.indexFolder)
    writeFileSync(join(workspace.indexFolder, '.lock'), String(process.ppid))
    await expect(build(workspace)).rejects.toThrow('Another `adseq index` is at work')
    writeFileSync(join(workspace.indexFolder, '.lock'), '999999999')
    await build(workspace)
    expect(existsSync(join(workspace.indexFolder, '.lock'))).toBe(false)
    workspace.store.close()
  })

  it.each([
    ['items.usearch', 0.5],
    ['items.safetensors', 0.9],
    ['manifest.json', 0.9],
  ])('says in one sentence that %s is cut short', async (file, share) => {
    const workspace = await inferred()
    const { manifest } = await build(workspace)
    const path = join(workspace.indexFolder, manifest.generation, file)
    const bytes = manifest.index.bytes
    truncateSync(path, Math.floor(share * (file === 'manifest.json' ? 200 : bytes)))
    await expect(verifyGeneration(workspace.indexFolder, workspace.store.currentGeneration()!)).rejects.toThrow(
      /^Generation \S+ cannot be used: .*\.$/,
    )
    await expect(openGeneration(workspace.indexFolder, workspace.store.currentGeneration()!)).rejects.toMatchObject({
      name: 'UserError',
    })
    workspace.store.close()
  })
})
