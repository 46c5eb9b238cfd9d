import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sweepTemporaries } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { readSafetensors, writeSafetensors, type NamedArray, type TypedArray } from '../core/safetensors.js'
import { count } from '../text/numbers.js'
import { shareSnapshot } from './shared-snapshot.js'
import { buildSnapshot, type SnapshotSource } from './snapshot-build.js'
import type { CatalogData, EventData, Snapshot } from './snapshot.js'

/** Raised when the meaning of a cached array changes: older files are then rebuilt. */
const VERSION = '2'

/** A half of a snapshot, in a file of its own: who needs the catalog alone does not read every event. */
type Half = 'catalog' | 'events'

const ARRAYS = {
  catalog: [
    'itemAdvertiser',
    'itemCategory',
    'itemPrice',
    'itemTitle',
    'itemFirstSeen',
    'advertiserFirstSeen',
  ] satisfies (keyof CatalogData)[],
  events: [
    'offsets',
    'eventItem',
    'eventAdvertiser',
    'eventType',
    'eventDomain',
    'eventTime',
    'eventSeq',
  ] satisfies (keyof EventData)[],
}
const NUMBERS = { catalog: ['lastSeq', 'items', 'advertisers'], events: ['users'] } as const

/** A store that a snapshot is read from. */
export interface SnapshotStore extends SnapshotSource {
  /** runs reading `work` on the data as it is at one moment, whatever others write meanwhile */
  read<T>(work: () => T): T
}

/**
 * The snapshot of the store's present data: from cache/<data hash>.*.safetensors of the workspace, or built by one scan
 * of the store and cached there. What others write meanwhile, a server for instance, is not in it. A damaged file is
 * built anew, and so said. Its arrays are in shared memory.
 */
export function loadSnapshot(folder: string, store: SnapshotStore, progress: Progress): Snapshot {
  return store.read(() => {
    const catalog = readCached(folder, store, 'catalog', progress)
    const events = catalog && readCached(folder, store, 'events', progress)
    return shareSnapshot(catalog && events ? { ...catalog, ...events } : rebuild(folder, store, progress))
  })
}

/** The catalog of loadSnapshot alone: read without the events where the snapshot is cached. */
export function loadCatalog(folder: string, store: SnapshotStore, progress: Progress): CatalogData {
  const cached = readCached(folder, store, 'catalog', progress)
  if (cached) return cached
  const snapshot = store.read(() => rebuild(folder, store, progress))
  const catalog: Record<string, unknown> = { hash: snapshot.hash, categories: snapshot.categories }
  for (const name of [...NUMBERS.catalog, ...ARRAYS.catalog]) catalog[name] = snapshot[name]
  return catalog as unknown as CatalogData
}

function rebuild(folder: string, store: SnapshotSource, progress: Progress): Snapshot {
  progress.start('read the store', store.counts().events, 'events')
  const snapshot = buildSnapshot(store, progress)
  progress.finish(
    `${count(snapshot.eventTime.length)} events, ${count(snapshot.users)} users, ${count(snapshot.items)} items`,
  )
  const cache = join(folder, 'cache')
  try {
    mkdirSync(cache, { recursive: true })
    for (const half of ['events', 'catalog'] as const) writeHalf(pathOf(folder, snapshot.hash, half), snapshot, half)
    removeOthers(cache, snapshot.hash)
  } catch (error) {
    // the cache only saves time: a full disk or a read-only folder must not stop the work
    progress.line(
      `The snapshot could not be cached in ${cache} (${error instanceof Error ? error.message : String(error)}); ` +
        'it will be read from the store again.',
    )
  }
  return snapshot
}

const pathOf = (folder: string, hash: string, half: Half): string =>
  join(folder, 'cache', `${hash}.${half}.safetensors`)

/** Writes half of a snapshot as one checksummed file, atomically. */
function writeHalf(path: string, snapshot: Snapshot, half: Half): void {
  const arrays: Record<string, NamedArray> = {}
  for (const name of ARRAYS[half]) arrays[name] = { shape: [snapshot[name].length], data: snapshot[name] as TypedArray }
  if (half === 'catalog') {
    const data = new Uint8Array(Buffer.from(JSON.stringify(snapshot.categories)))
    arrays.categories = { shape: [data.length], data }
  }
  const numbers = Object.fromEntries(NUMBERS[half].map((name) => [name, String(snapshot[name as keyof Snapshot])]))
  writeSafetensors(path, arrays, { version: VERSION, hash: snapshot.hash, ...numbers })
}

/** @throws UserError when the file is missing, damaged or of another version */
function readHalf(path: string, half: Half): Record<string, unknown> {
  const { arrays, metadata } = readSafetensors(path)
  if (metadata.version !== VERSION || metadata.checksum === undefined)
    throw new UserError(`${path} is a snapshot of another version.`, 'Delete it; it is built anew when needed.')
  const found: Record<string, unknown> = {}
  if (half === 'catalog') {
    found.hash = metadata.hash
    found.categories = JSON.parse(Buffer.from(arrays.categories.data.buffer).toString())
  }
  for (const name of NUMBERS[half]) found[name] = Number(metadata[name])
  for (const name of ARRAYS[half]) found[name] = arrays[name].data
  return found
}

function readCached(folder: string, store: SnapshotSource, half: 'catalog', progress: Progress): CatalogData | undefined
function readCached(folder: string, store: SnapshotSource, half: 'events', progress: Progress): EventData | undefined
function readCached(folder: string, store: SnapshotSource, half: Half, progress: Progress): unknown {
  const path = pathOf(folder, store.dataHash(), half)
  if (!existsSync(path)) return undefined
  try {
    return readHalf(path, half)
  } catch (error) {
    progress.line(`${error instanceof Error ? error.message : String(error)} It is built anew.`)
    return undefined
  }
}

/** Snapshots of earlier states of the data, and of earlier versions, are of no more use. */
function removeOthers(cache: string, hash: string): void {
  sweepTemporaries(cache, () => true)
  for (const name of readdirSync(cache)) {
    if (
      /^[0-9a-f]{16}(\.\w+)?\.safetensors$/.test(name) &&
      !name.startsWith(`${hash}.events`) &&
      !name.startsWith(`${hash}.catalog`)
    )
      rmSync(join(cache, name), { force: true })
  }
}
