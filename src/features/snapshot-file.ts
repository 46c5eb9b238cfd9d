import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { readSafetensors, writeSafetensors } from '../core/safetensors.js'
import type { NamedArray, TypedArray } from '../core/safetensors.js'
import { shareSnapshot } from './shared-snapshot.js'
import type { Snapshot } from './snapshot.js'
import { buildSnapshot } from './snapshot-build.js'
import type { SnapshotSource } from './snapshot-build.js'
import { count } from '../text/numbers.js'

/** Raised when the meaning of a cached array changes: older files are then rebuilt. */
const VERSION = '1'

const ARRAYS = [
  'offsets',
  'eventItem',
  'eventAdvertiser',
  'eventType',
  'eventDomain',
  'eventTime',
  'eventSeq',
  'itemAdvertiser',
  'itemCategory',
  'itemPrice',
  'itemTitle',
  'itemFirstSeen',
] as const satisfies readonly (keyof Snapshot)[]

/**
 * The snapshot of the store's present data: from cache/<data hash>.safetensors of the workspace, or built by one scan
 * of the store and cached there. A damaged file is built anew, and so said. Its arrays are in shared memory.
 */
export function loadSnapshot(folder: string, store: SnapshotSource, progress: Progress): Snapshot {
  const cache = join(folder, 'cache')
  const path = join(cache, `${store.dataHash()}.safetensors`)
  const cached = existsSync(path) ? readCached(path, progress) : undefined
  if (cached !== undefined) return shareSnapshot(cached)

  progress.start('read the store', store.counts().events, 'events')
  const snapshot = buildSnapshot(store, progress)
  progress.finish(
    `${count(snapshot.eventTime.length)} events, ${count(snapshot.users)} users, ${count(snapshot.items)} items`,
  )
  try {
    mkdirSync(cache, { recursive: true })
    writeSnapshot(path, snapshot)
    removeOthers(cache, path)
  } catch (error) {
    // the cache only saves time: a full disk or a read-only folder must not stop the work
    progress.line(
      `The snapshot could not be cached in ${cache} (${error instanceof Error ? error.message : String(error)}); ` +
        'it will be read from the store again.',
    )
  }
  return shareSnapshot(snapshot)
}

/** Writes a snapshot as one checksummed file, atomically. */
export function writeSnapshot(path: string, snapshot: Snapshot): void {
  const arrays: Record<string, NamedArray> = {}
  for (const name of ARRAYS) arrays[name] = { shape: [snapshot[name].length], data: snapshot[name] as TypedArray }
  arrays.categories = textArray(JSON.stringify(snapshot.categories))
  const { hash, users, items, advertisers, lastSeq } = snapshot
  writeSafetensors(path, arrays, { version: VERSION, hash, ...strings({ users, items, advertisers, lastSeq }) })
}

/** Reads a snapshot. @throws UserError when the file is missing, damaged or of another version */
export function readSnapshot(path: string): Snapshot {
  const { arrays, metadata } = readSafetensors(path)
  if (metadata.version !== VERSION || metadata.checksum === undefined)
    throw new UserError(`${path} is a snapshot of another version.`, 'Delete it; it is built anew when needed.')
  const snapshot: Record<string, unknown> = {
    hash: metadata.hash,
    categories: JSON.parse(Buffer.from(arrays.categories.data.buffer).toString()),
  }
  for (const name of ['users', 'items', 'advertisers', 'lastSeq']) snapshot[name] = Number(metadata[name])
  for (const name of ARRAYS) snapshot[name] = arrays[name].data
  return snapshot as unknown as Snapshot
}

function readCached(path: string, progress: Progress): Snapshot | undefined {
  try {
    return readSnapshot(path)
  } catch (error) {
    progress.line(`${error instanceof Error ? error.message : String(error)} It is built anew.`)
    return undefined
  }
}

/** Snapshots of earlier states of the data are of no more use. */
function removeOthers(cache: string, path: string): void {
  for (const name of readdirSync(cache)) {
    if (/^[0-9a-f]{16}\.safetensors$/.test(name) && join(cache, name) !== path)
      rmSync(join(cache, name), { force: true })
  }
}

const textArray = (text: string): NamedArray => {
  const data = new Uint8Array(Buffer.from(text))
  return { shape: [data.length], data }
}

const strings = (values: Record<string, number>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([k, v]) => [k, String(v)]))
