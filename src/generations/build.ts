import type { HnswOptions } from '../ann/hnsw.js'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.js'
import { sha256File } from '../core/hash.js'
import type { Progress } from '../core/progress.js'
import { Rng } from '../core/rng.js'
import { writeSafetensors } from '../core/safetensors.js'
import { withThread, type Thread } from '../core/thread.js'
import type { LightRanker } from '../funnel/l1/light-ranker.js'
import { tablesMetadata, tablesToArrays, type Tables } from '../funnel/tables.js'
import type { Fitted } from '../retrieve/fit.js'
import { newId } from '../store/paths.js'
import type { Store } from '../store/store.js'
import { count } from '../text/numbers.js'
import { FILES, finishBuilding, startBuilding, sweep, type FileSum, type GenerationManifest } from './files.js'
import type { IndexTask, IndexTaskResult, IndexThread } from './index-thread.js'
import { lockBuilds, removeOlder } from './prune.js'

/** What publishing needs of the store. */
export type GenerationStore = Pick<
  Store,
  'watermark' | 'userEmbedding' | 'counts' | 'publishGeneration' | 'listGenerations' | 'currentGeneration'
>

/** The entries that a run recommends, to be published. */
export interface PublishedEntries {
  /** id of the run */
  run: string
  /** d */
  width: number
  entries: number
  /** unit vectors [to - from, d] of the entries [from, to) */
  encode(from: number, to: number): Promise<Float32Array>
  /** log(1 + conversions) [entries], of the days that the weights name */
  popularity: Float32Array
  /** of the hybrid; null where there was nothing to fit them on */
  weights: Fitted | null
}

export interface BuildOptions {
  /** the workspace's index/ */
  indexFolder: string
  store: GenerationStore
  items: PublishedEntries
  advertisers?: PublishedEntries
  /** what the funnel reads beside vectors */
  funnel?: { tables: Tables; ranker: LightRanker | undefined }
  /** unix seconds of the last event the vectors know of */
  asOf: number
  index: HnswOptions & { recall: number }
  /** masked: what is in a user's history is not recommended */
  history: 'kept' | 'masked'
  /** orders equal scores */
  seed: number
  /** names all that it is made from: another build from the same would be the same */
  madeFrom?: string
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
 * Builds and publishes a generation: vectors of the whole catalog, an index over the items, the weights of the hybrids,
 * a manifest with checksums. The files are complete and fsynced before one transaction of the store makes them current;
 * a kill at any moment leaves the previous generation serving, and what it left half built is swept by the next call.
 *
 * @throws UserError when `infer` has not finished a pass for one of the runs, or another build is at work
 */
export async function buildGeneration(build: BuildOptions): Promise<BuildResult> {
  const { indexFolder, store, items, advertisers, keep, now = () => new Date() } = build
  const seq = servableSeq(store, items.run, advertisers?.run)
  const started = now()
  const release = lockBuilds(indexFolder, '`adseq index`')
  try {
    const swept = sweep(
      indexFolder,
      store.listGenerations().map((row) => row.id),
    )
    const generation = newId('generation', started, new Rng(started.getTime(), process.pid))
    const building = startBuilding(indexFolder, generation)
    const files = await makeFiles(build, building, seq)
    const manifest = manifestOf(build, { generation, created: started.toISOString(), seq }, files)
    const checksum = finishBuilding(building, indexFolder, manifest)
    const { vectors, index, recall, asOf } = manifest
    store.publishGeneration({
      id: generation,
      created: Math.floor(started.getTime() / 1000),
      advertiserRun: advertisers?.run,
      itemRun: items.run,
      seq,
      vectorsHash: vectors.sha256,
      indexHash: index.sha256,
      info: {
        manifest: checksum,
        items: items.entries,
        width: items.width,
        asOf,
        index,
        recall,
        madeFrom: build.madeFrom,
      },
    })
    const removed = keep === undefined ? [] : removeOlder(indexFolder, store, keep)
    return { manifest, swept, removed, seconds: (now().getTime() - started.getTime()) / 1000 }
  } finally {
    release()
  }
}

type Made = Pick<GenerationManifest, 'vectors' | 'index' | 'recall' | 'advertisers' | 'funnel'>

/** Encodes, writes, builds the index; all files are fsynced when it returns. */
async function makeFiles(build: BuildOptions, building: string, seq: number): Promise<Made> {
  const { store, items, advertisers, index, progress, signal } = build
  const encoded = await encodeAll(items, 'items', progress, signal)
  const vectors = await writeVectors(join(building, FILES.items), 'items', items, encoded)
  const others = advertisers && {
    entries: advertisers.entries,
    width: advertisers.width,
    vectors: await writeVectors(
      join(building, FILES.advertisers),
      'advertisers',
      advertisers,
      await encodeAll(advertisers, 'advertisers', progress, signal),
    ),
  }
  const funnel = build.funnel && (await writeFunnel(building, build.funnel))
  const weight = items.weights?.popularity ?? 0
  const task: IndexTask = {
    path: join(building, FILES.index),
    vectors: encoded,
    width: items.width,
    bonus: Float32Array.from(items.popularity, (x) => weight * x),
    queries: sampleVectors(store, items, seq),
    options: index,
    wanted: index.recall,
  }
  progress.start('build the index', items.entries, 'items')
  const { file, search, seconds, expansionSearch, recall, cost } = await buildIndex(task, progress, signal)
  const measured = recall ? `, recall@${recall.at} against exact search ${recall.recall.toFixed(4)}` : ''
  progress.finish(`${count(items.entries)}${measured}`)
  if (expansionSearch > index.expansionSearch && search === 'graph')
    progress.line(`The search looks at ${expansionSearch} candidates instead of ${index.expansionSearch} to get there.`)
  if (search === 'exact')
    progress.line(
      `The graph stays below the recall of ${index.recall} that index.recall asks for, so every item will be scored: ` +
        'right, but slower. Raise index.connectivity or index.expansionAdd to have the graph used.',
    )
  return {
    vectors,
    index: { ...file, expansionSearch, seconds, search, cost },
    recall,
    ...(others && { advertisers: others }),
    ...(funnel && { funnel }),
  }
}

async function writeFunnel(
  building: string,
  { tables, ranker }: NonNullable<BuildOptions['funnel']>,
): Promise<NonNullable<GenerationManifest['funnel']>> {
  const at = (name: string): string => join(building, name)
  writeSafetensors(at(FILES.tables), tablesToArrays(tables), tablesMetadata(tables))
  ranker?.save(at(FILES.ranker))
  return { tables: await sumOf(at(FILES.tables)), ranker: ranker ? await sumOf(at(FILES.ranker)) : null }
}

const sumOf = async (path: string): Promise<FileSum> => ({ bytes: statSync(path).size, sha256: await sha256File(path) })

function manifestOf(
  { items, advertisers, asOf, history, seed }: BuildOptions,
  about: Pick<GenerationManifest, 'generation' | 'created' | 'seq'>,
  files: Made,
): GenerationManifest {
  return {
    version: 2,
    ...about,
    itemRun: items.run,
    advertiserRun: advertisers?.run,
    asOf,
    items: items.entries,
    width: items.width,
    ...files,
    weights: { item: items.weights, advertiser: advertisers?.weights ?? null },
    history,
    seed,
  }
}

/** All entries, cold ones included: [entries, d], row-major. @throws Error when a vector is not finite */
async function encodeAll(
  { run, width, entries, encode }: PublishedEntries,
  what: string,
  progress: Progress,
  signal?: AbortSignal,
  block = 8192,
): Promise<Float32Array> {
  const vectors = new Float32Array(entries * width)
  progress.start(`encode ${what}`, entries, what)
  for (let from = 0; from < entries; from += block) {
    signal?.throwIfAborted()
    const to = Math.min(entries, from + block)
    const part = await encode(from, to)
    if (part.length !== (to - from) * width)
      throw new Error(`index: run ${run} gave ${part.length} values for ${to - from} ${what}`)
    vectors.set(part, from * width)
    progress.update(to)
  }
  for (const x of vectors)
    if (!Number.isFinite(x)) throw new Error(`index: run ${run} gave a vector of ${what} that is not finite`)
  progress.finish(count(entries))
  return vectors
}

async function writeVectors(
  path: string,
  name: 'items' | 'advertisers',
  { run, entries, width, popularity }: PublishedEntries,
  vectors: Float32Array,
): Promise<FileSum> {
  const arrays = {
    [name]: { shape: [entries, width], data: vectors },
    popularity: { shape: [entries], data: popularity },
  }
  writeSafetensors(path, arrays, { run })
  return sumOf(path)
}

/** In a thread of its own: usearch blocks the thread it runs in. `task.vectors` is handed over. */
function buildIndex(task: IndexTask, progress: Progress, signal?: AbortSignal): Promise<IndexTaskResult> {
  return withThread(new URL('./index-thread', import.meta.url), undefined, (thread: Thread<IndexThread>) =>
    thread.ask('build', task, {
      transfer: [task.vectors],
      signal,
      onEvent: (done) => progress.update(done as number),
    }),
  )
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
function sampleVectors(store: GenerationStore, { run, entries, width }: PublishedEntries, seq: number): Float32Array {
  const wanted = Math.min(500, Math.max(50, Math.floor(2e9 / (entries * width))))
  const users = store.counts().users
  const found: Float32Array[] = []
  const order = new Rng(1, 0x1d).shuffle(Int32Array.from({ length: users }, (_, i) => i + 1))
  for (const id of order) {
    if (found.length === wanted) break
    const vector = store.userEmbedding(run, id, seq)?.vector
    if (vector) found.push(vector)
  }
  const vectors = new Float32Array(found.length * width)
  found.forEach((vector, i) => vectors.set(vector, i * width))
  return vectors
}
