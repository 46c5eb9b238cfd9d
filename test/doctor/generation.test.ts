import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HnswIndex } from '../../src/ann/hnsw.js'
import type { Finding } from '../../src/doctor/finding.js'
import { generation } from '../../src/doctor/generation.js'
import { sha256File } from '../../src/core/hash.js'
import { writeSafetensors } from '../../src/core/safetensors.js'
import { FILES, finishBuilding, startBuilding } from '../../src/generations/files.js'
import { openStore } from '../../src/store/open.js'
import { pathsOf } from '../../src/store/paths.js'

const ID = 'generation-20260101-000000-0001'
let folder: string
const run = async (): Promise<Finding[]> => generation({ folder, root: folder, node: '22.14.0' })
const file = (name: string): string => join(pathsOf(folder).index, ID, name)

/** Publishes two vectors with an index over them, as `adseq index` does. */
async function publish(): Promise<void> {
  const { index: indexFolder } = pathsOf(folder)
  mkdirSync(indexFolder)
  mkdirSync(join(pathsOf(folder).runs, 'item-a'), { recursive: true })
  const building = startBuilding(indexFolder, ID)
  const vectors = Float32Array.of(1, 0, 0, 1)
  writeSafetensors(join(building, FILES.items), { items: { shape: [2, 2], data: vectors } })
  const index = await HnswIndex.build(vectors, 2, { connectivity: 4, expansionAdd: 8, expansionSearch: 8 })
  const path = join(building, FILES.items)
  const vectorsFile = { bytes: statSync(path).size, sha256: await sha256File(path) }
  const indexFile = { ...(await index.save(join(building, FILES.index))), expansionSearch: 8, seconds: 0 }
  const manifest = finishBuilding(building, indexFolder, {
    version: 1,
    generation: ID,
    created: '2026-01-01T00:00:00Z',
    itemRun: 'item-a',
    seq: 0,
    asOf: 0,
    items: 2,
    width: 2,
    vectors: vectorsFile,
    index: indexFile,
    recall: null,
  })
  const store = openStore(folder)
  store.publishGeneration({ id: ID, created: 0, itemRun: 'item-a', seq: 0, info: { manifest } })
  store.close()
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-doctor-'))
  openStore(folder, { create: true }).close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('generation', () => {
  it('none published', async () => {
    expect(await run()).toMatchObject([{ status: 'ok', message: 'none published yet' }])
  })

  it('whole', async () => {
    await publish()
    expect(await run()).toEqual([
      { check: 'generation', status: 'ok', message: `${ID} is served: 2 items, checksums verified` },
    ])
  })

  it.each<[what: string, damage: () => void, message: string]>([
    ['a truncated index', () => truncateSync(file(FILES.index), 40), 'has 40 of its'],
    [
      'a flipped byte in the index',
      () =>
        writeFileSync(
          file(FILES.index),
          readFileSync(file(FILES.index)).map((byte, i) => (i === 50 ? byte ^ 1 : byte)),
        ),
      'does not match its checksum',
    ],
    ['no item vectors', () => unlinkSync(file(FILES.items)), 'is missing'],
    ['another manifest', () => writeFileSync(file('manifest.json'), '{}'), 'is not the file that was published'],
  ])('%s is found before any native library opens it', async (_, damage, message) => {
    await publish()
    damage()
    expect(await run()).toMatchObject([
      { status: 'failed', message: expect.stringContaining(message), fix: expect.stringContaining('adseq index') },
    ])
  })

  it('a run that is gone fails', async () => {
    await publish()
    rmSync(join(pathsOf(folder).runs, 'item-a'), { recursive: true })
    expect(await run()).toMatchObject([
      { status: 'failed', message: expect.stringContaining('run item-a, which is gone') },
    ])
  })

  it('leaves a damaged database to the check of databases', async () => {
    writeFileSync(pathsOf(folder).database, 'x'.repeat(5000))
    expect(await run()).toEqual([])
  })
})
