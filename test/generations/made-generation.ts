import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { silent, type Progress } from '../../src/core/progress.js'
import {
  buildGeneration,
  type BuildOptions,
  type GenerationStore,
  type PublishedEntries,
} from '../../src/generations/build.js'
import type { GenerationManifest } from '../../src/generations/files.js'
import { openGeneration, type Generation } from '../../src/generations/open.js'
import type { Generation as Row } from '../../src/store/generations.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An index folder that is gone after the tests of the file. */
export function indexFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-generations-'))
  folders.push(folder)
  return folder
}

/** Entries with given vectors, by towers alone unless weights are given. */
export const entriesOf = (
  run: string,
  vectors: Float32Array,
  width: number,
  more: Partial<PublishedEntries> = {},
): PublishedEntries => ({
  run,
  width,
  entries: vectors.length / width,
  encode: async (from, to) => vectors.slice(from * width, to * width),
  popularity: new Float32Array(vectors.length / width),
  weights: null,
  ...more,
})

/** A store in memory in which every user has one vector, at ingest number 1. */
export function memoryStore(users: Float32Array, width: number): GenerationStore & { rows: Row[] } {
  const rows: Row[] = []
  return {
    rows,
    watermark: () => 1,
    userEmbedding: (_run, id) => ({ seq: 1, asOf: 0, vector: users.slice((id - 1) * width, id * width) }),
    counts: () => ({ users: users.length / width, items: 0, advertisers: 0, events: 0 }),
    publishGeneration: (row) => void rows.push(row),
    listGenerations: () => rows,
    currentGeneration: () => rows.at(-1),
  }
}

export interface MadeGeneration {
  manifest: GenerationManifest
  opened: Generation
  folder: string
  row: Row
  /** lines that the build printed */
  lines: string[]
}

/** Builds and opens a generation over vectors. @param users [users, width] stored user vectors of the item run */
export async function madeGeneration(
  items: PublishedEntries,
  users: Float32Array,
  change: Partial<BuildOptions> = {},
): Promise<MadeGeneration> {
  const folder = indexFolder()
  const store = memoryStore(users, items.width)
  const lines: string[] = []
  const progress: Progress = { ...silent, line: (text) => lines.push(text) }
  const { manifest } = await buildGeneration({
    indexFolder: folder,
    store,
    items,
    asOf: 1_500_000_299,
    index: { connectivity: 16, expansionAdd: 128, expansionSearch: 64, recall: 0.9 },
    history: 'kept',
    seed: 1,
    progress,
    ...change,
  })
  const row = store.rows[0]
  return { manifest, row, folder, lines, opened: await openGeneration(folder, row) }
}
