import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { HnswOptions } from '../ann/hnsw.js'
import { UserError } from '../core/errors.js'
import { sha256File } from '../core/hash.js'
import { takeLock } from '../core/lock.js'
import type { Progress } from '../core/progress.js'
import { Rng } from '../core/rng.js'
import { writeSafetensors } from '../core/safetensors.js'
import { Thread } from '../core/thread.js'
import type { Store } from '../store/store.js'
import { newId } from '../store/workspace.js'
import {
  INDEX_FILE,
  ITEMS_FILE,
  finishBuilding,
  hasFiles,
  removeGeneration,
  startBuilding,
  sweep,
  type GenerationManifest,
} from './generation-files.js'
import type { IndexTask, IndexTaskResult, IndexThread } from './index-thread.js'
import { encodeCatalog } from './item-vectors.js'
import type { ItemTower } from './ports.js'
import { count } from '../text/numbers.js'

/** What publishing needs of the store. */
export type GenerationStore = Pick<
  Store,
  'watermark' | 'userEmbedding' | 'counts' | 'publishGeneration' | 'listGenerations' | 'currentGeneration'
>

export interface BuildOptions {
  /** the workspace's index/ */
  indexFolder: string
  store: GenerationStore
  tower: ItemTower
  advertiserRun?: string
  items: number
  /** unix seconds of the last event the item vectors know of */
  asOf: number
  options: HnswOptions
  /** older generations whose files are kept for a rollback; undefined keeps all */
  keep?: number
  progress: Progress
  /** aborted with the error to throw */
  signal?: AbortSignal
  now?: () => Date
}

export interface BuildResult {
  manifest: GenerationManifest
  /** folders of killed builds that were removed first */
  swept: string[]
  /** generations whose files --keep removed */
  removed: string[]
  seconds: number
}

/**
 * Builds and publishes a generation: item vectors of the whole catalog, a usearch index over them, a manifest with
 * checksums. The files are complete and fsynced before one transaction of the store makes them current; a kill at any
 * moment leaves the previous generation serving, and what it left half built is swept by the next call.
 *
 * @throws UserError when `infer` has not finished a pass for one of the runs, or another build is at work
 */
export async function buildGeneration(build: BuildOptions): Promise<BuildResult> {
  const {
    indexFolder,
    store,
    tower,
    advertiserRun,
    items,
    asOf,
    options,
    keep,
    progress,
    signal,
    now = () => new Date(),
  } = build
  const seq = servableSeq(store, tower.run, advertiserRun)
  const started = now()
  mkdirSync(indexFolder, { recursive: true })
  const release = takeLock(join(indexFolder, '.lock'), '`adseq index`')
  try {
    const swept = sweep(
      indexFolder,
      store.listGenerations().map((row) => row.id),
    )
    const generation = newId('generation', started, new Rng(started.getTime(), process.pid))
    const building = startBuilding(indexFolder, generation)
    const vectors = await encodeCatalog(tower, items, progress, signal)
    const vectorsPath = join(building, ITEMS_FILE)
    writeSafetensors(vectorsPath, { items: { shape: [items, tower.width], data: vectors } }, { run: tower.run })
    const vectorsFile = { bytes: statSync(vectorsPath).size, sha256: await sha256File(vectorsPath) }
    const queries = sampleVectors(store, tower, seq, items)
    progress.start('build the index', items, 'items')
    const task: IndexTask = { path: join(building, INDEX_FILE), vectors, width: tower.width, queries, options }
    const { file, seconds, recall } = await buildIndex(task, (done) => progress.update(done), signal)
    progress.finish(
      `${count(items)}${recall ? `, recall@${recall.at} against exact search ${recall.recall.toFixed(4)}` : ''}`,
    )
    const manifest: GenerationManifest = {
      version: 1,
      generation,
      created: started.toISOString(),
      itemRun: tower.run,
      advertiserRun,
      seq,
      asOf,
      items,
      width: tower.width,
      vectors: vectorsFile,
      index: { ...file, expansionSearch: options.expansionSearch, seconds },
      recall,
    }
    const checksum = finishBuilding(building, indexFolder, manifest)
    store.publishGeneration({
      id: generation,
      created: Math.floor(started.getTime() / 1000),
      advertiserRun,
      itemRun: tower.run,
      seq,
      vectorsHash: vectorsFile.sha256,
      indexHash: file.sha256,
      info: { manifest: checksum, items, width: tower.width, asOf, index: manifest.index, recall },
    })
    const removed = keep === undefined ? [] : prune(indexFolder, store, keep)
    return { manifest, swept, removed, seconds: (now().getTime() - started.getTime()) / 1000 }
  } finally {
    release()
  }
}

/** In a thread of its own: usearch blocks the thread it runs in. `task.vectors` is handed over. */
async function buildIndex(
  task: IndexTask,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<IndexTaskResult> {
  const thread = new Thread<IndexThread>(new URL('./index-thread', import.meta.url))
  try {
    return await thread.ask('build', task, {
      transfer: [task.vectors],
      signal,
      onEvent: (done) => onProgress(done as number),
    })
  } finally {
    await thread.stop()
  }
}

/**
 * The ingest number up to which both runs have encoded every user: what readers of the generation may look at.
 * @throws UserError when a run has not encoded everyone once
 */
export function servableSeq(
  store: Pick<Store, 'watermark'>,
  itemRun: string,
  advertiserRun: string | undefined,
): number {
  let seq = Infinity
  for (const run of [itemRun, advertiserRun]) {
    if (run === undefined) continue
    const mark = store.watermark(run)
    if (mark === 0)
      throw new UserError(
        `Run ${run} has not encoded every user yet.`,
        'Run `adseq infer` to its end, then `adseq index` again.',
      )
    seq = Math.min(seq, mark)
  }
  return seq
}

/** Stored user vectors, spread over the users: what the recall is measured with. Fewer for a large catalog. */
function sampleVectors(store: GenerationStore, tower: ItemTower, seq: number, items: number): Float32Array {
  const wanted = Math.min(500, Math.max(50, Math.floor(2e9 / (items * tower.width))))
  const users = store.counts().users
  const found: Float32Array[] = []
  const order = new Rng(1, 0x1d).shuffle(Int32Array.from({ length: users }, (_, i) => i + 1))
  for (const id of order) {
    if (found.length === wanted) break
    const vector = store.userEmbedding(tower.run, id, seq)?.vector
    if (vector) found.push(vector)
  }
  const vectors = new Float32Array(found.length * tower.width)
  found.forEach((vector, i) => vectors.set(vector, i * tower.width))
  return vectors
}

/** Removes the files of all but the newest `keep` old generations; their rows stay, as a record. */
function prune(indexFolder: string, store: GenerationStore, keep: number): string[] {
  const current = store.currentGeneration()?.id
  const older = store
    .listGenerations()
    .map((row) => row.id)
    .filter((id) => id !== current && hasFiles(indexFolder, id))
  const removed = older.slice(keep)
  for (const id of removed) removeGeneration(indexFolder, id)
  return removed
}
