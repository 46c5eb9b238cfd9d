import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { IndexFile } from '../ann/hnsw.js'
import type { SearchCost } from '../ann/search-cost.js'
import { fsyncFolder, writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { faultPoint } from '../core/fault.js'
import { sha256, sha256File } from '../core/hash.js'
import type { Fitted } from '../retrieve/fit.js'

/** The files of a generation, in index/<generation>/. */
export const FILES = {
  items: 'items.safetensors',
  index: 'items.usearch',
  advertisers: 'advertisers.safetensors',
  tables: 'tables.safetensors',
  ranker: 'l1.safetensors',
} as const
const MANIFEST_FILE = 'manifest.json'
const VERSION = 2
/** A folder is built, and taken apart, under a name that starts so: no reader looks at it, the next build sweeps it. */
const PRIVATE = '.'

/** A file as its manifest vouches for it. */
export interface FileSum {
  bytes: number
  sha256: string
}

/** index/<generation>/manifest.json; its own SHA-256 is in the store's row. */
export interface GenerationManifest {
  /** 1: towers alone; 2: with the weights of the hybrids, and the advertisers' vectors */
  version: 1 | 2
  generation: string
  /** ISO date of the build */
  created: string
  itemRun: string
  /** absent where there was no finished advertiser run */
  advertiserRun?: string
  /** readers take each user's latest vector at or below this ingest number */
  seq: number
  /** unix seconds of the last event that the vectors know of */
  asOf: number
  items: number
  /** d */
  width: number
  vectors: FileSum
  index: IndexFile & {
    expansionSearch: number
    seconds: number
    /** exact: the graph did not reach the recall asked for, so every item is scored; absent in version 1: the graph */
    search?: 'graph' | 'exact'
    /** decides when a filtered search scores what is eligible instead; absent in older generations */
    cost?: SearchCost
  }
  /** share of the exact top `at` that the index returns, over `queries` stored user vectors; null without any */
  recall: { at: number; queries: number; recall: number } | null
  /** of the hybrid at the level of items, and of advertisers; null where there was nothing to fit them on */
  weights?: { item: Fitted | null; advertiser: Fitted | null }
  /** masked: what is in a user's history is not recommended */
  history?: 'kept' | 'masked'
  /** orders equal scores */
  seed?: number
  advertisers?: { entries: number; width: number; vectors: FileSum }
  /** what the funnel reads beside vectors; absent in older generations */
  funnel?: { tables: FileSum; ranker: FileSum | null }
}

/** A published generation as the store names it. */
export interface PublishedGeneration {
  id: string
  info: Record<string, unknown>
}

/** Makes an empty folder to build a generation in. */
export function startBuilding(indexFolder: string, generation: string): string {
  const folder = join(indexFolder, `${PRIVATE}building-${generation}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Writes the manifest beside the files in `building` (all fsynced by their writers) and gives the folder its final
 * name. Still nobody reads it: that takes the row in the store.
 * @returns SHA-256 of the manifest, which vouches for everything else
 */
export function finishBuilding(building: string, indexFolder: string, manifest: GenerationManifest): string {
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  writeFileAtomic(join(building, MANIFEST_FILE), text)
  faultPoint('name generation')
  renameSync(building, join(indexFolder, manifest.generation))
  fsyncFolder(indexFolder)
  faultPoint('named generation')
  return sha256(text)
}

/** Removes the files of a generation: out of sight first, so that it is there whole or not at all. */
export function removeGeneration(indexFolder: string, generation: string): void {
  const folder = join(indexFolder, generation)
  if (!existsSync(folder)) return
  const away = join(indexFolder, `${PRIVATE}removed-${generation}`)
  renameSync(folder, away)
  faultPoint('remove generation')
  rmSync(away, { recursive: true, force: true })
}

export function hasFiles(indexFolder: string, generation: string): boolean {
  return existsSync(join(indexFolder, generation, MANIFEST_FILE))
}

/**
 * Deletes what killed builds left behind: private folders, and whole ones that no row of the store names. Call it with
 * the build lock held.
 * @returns names of the folders removed
 */
export function sweep(indexFolder: string, published: Iterable<string>): string[] {
  if (!existsSync(indexFolder)) return []
  const known = new Set(published)
  const removed: string[] = []
  for (const entry of readdirSync(indexFolder, { withFileTypes: true })) {
    if (!entry.isDirectory() || known.has(entry.name)) continue
    rmSync(join(indexFolder, entry.name), { recursive: true, force: true })
    removed.push(entry.name)
  }
  return removed
}

/**
 * Reads the manifest of a published generation.
 * @throws UserError when it is missing, not the file that was published, or of a newer adseq
 */
export function readManifest(indexFolder: string, generation: PublishedGeneration): GenerationManifest {
  const path = join(indexFolder, generation.id, MANIFEST_FILE)
  if (!existsSync(path)) throw unusable(generation.id, `${path} is missing`)
  const text = readFileSync(path)
  if (sha256(text) !== generation.info.manifest)
    throw unusable(generation.id, `${path} is not the file that was published`)
  const manifest = JSON.parse(text.toString()) as GenerationManifest
  if (manifest.version > VERSION) throw unusable(generation.id, 'it was made by a newer adseq')
  return manifest
}

/**
 * Checks every file of a generation by size and checksum, without opening one in a native library.
 * @throws UserError, one sentence, when anything is missing, cut short or changed
 */
export async function verifyGeneration(
  indexFolder: string,
  generation: PublishedGeneration,
): Promise<GenerationManifest> {
  const manifest = readManifest(indexFolder, generation)
  const check = (name: string, sum: FileSum): Promise<void> =>
    verifyFile(generation.id, join(indexFolder, generation.id, name), sum)
  await check(FILES.items, manifest.vectors)
  await check(FILES.index, manifest.index)
  if (manifest.advertisers) await check(FILES.advertisers, manifest.advertisers.vectors)
  if (manifest.funnel) await check(FILES.tables, manifest.funnel.tables)
  if (manifest.funnel?.ranker) await check(FILES.ranker, manifest.funnel.ranker)
  return manifest
}

export async function verifyFile(id: string, path: string, expected: FileSum): Promise<void> {
  if (!existsSync(path)) throw unusable(id, `${path} is missing`)
  const bytes = statSync(path).size
  if (bytes !== expected.bytes) throw unusable(id, `${path} has ${bytes} of its ${expected.bytes} bytes`)
  if ((await sha256File(path)) !== expected.sha256) throw unusable(id, `${path} does not match its checksum`)
}

function unusable(id: string, why: string): UserError {
  return new UserError(
    `Generation ${id} cannot be used: ${why}.`,
    'Run `adseq index` to build a new one, or `adseq generations activate ID` to serve another.',
  )
}
