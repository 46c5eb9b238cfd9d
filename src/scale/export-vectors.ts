import type { Kind } from '../config/schema.js'
import { readSafetensors } from '../core/safetensors.js'
import type { Columns, Value } from '../core/table-file.js'
import type { Workspace } from '../workspace/workspace.js'
import { writeTable } from './export-tables.js'
import type { OpenModel } from './towers.js'

const ENTRIES: Columns = { row: 'index', id: 'text', vector: 'floats' }
const USERS: Columns = { user: 'index', id: 'text', seq: 'whole', as_of: 'whole', vector: 'floats' }
const CANDIDATES: Columns = { user: 'index', id: 'text', seq: 'whole', advertisers: 'indices', scores: 'floats' }

/** Entries encoded at a time. */
const BLOCK = 8192

/**
 * vectors/items.parquet or vectors/advertisers.parquet: those of a published file, or as the run encodes them.
 * @returns rows
 */
export async function writeEntryVectors(
  { store }: Workspace,
  kind: Kind,
  { run }: OpenModel,
  asOf: number,
  folder: string,
  published: string | undefined,
): Promise<number> {
  const { encoder } = run
  const ids = store.externalIds(kind === 'item' ? 'items' : 'advertisers')
  const vectors = published ? publishedVectors(published, kind) : await encoded(encoder, asOf)
  const { width } = encoder
  function* rows(): Generator<Value[], void> {
    for (let e = 0; e < vectors.length / width; e++) yield [e + 1, ids[e], vectors.subarray(e * width, (e + 1) * width)]
  }
  return writeTable(folder, `vectors/${kind}s.parquet`, ENTRIES, rows())
}

/**
 * Stored vectors of users as of an ingest number, and of the advertiser run their best advertisers:
 * vectors/users.parquet of the item run; vectors/advertiser-users.parquet and candidates.parquet of the advertiser run.
 * @returns rows by file; none where nobody is encoded
 */
export async function writeUserVectors(
  { store }: Workspace,
  kind: Kind,
  run: string,
  seq: number,
  folder: string,
): Promise<Record<string, number>> {
  if (store.watermark(run) === 0) return {}
  const ids = store.externalIds('users')
  function* vectors(): Generator<Value[], void> {
    for (let u = 0; u < ids.length; u++) {
      const found = store.userEmbedding(run, u + 1, seq)
      if (found) yield [u + 1, ids[u], found.seq, found.asOf, found.vector]
    }
  }
  function* candidates(): Generator<Value[], void> {
    for (let u = 0; u < ids.length; u++) {
      const found = store.candidates(run, u + 1, seq)
      if (found) yield [u + 1, ids[u], found.seq, found.advertisers, found.scores]
    }
  }
  const path = kind === 'item' ? 'vectors/users.parquet' : 'vectors/advertiser-users.parquet'
  const rows = { [path]: await writeTable(folder, path, USERS, vectors()) }
  if (kind === 'advertiser')
    rows['vectors/candidates.parquet'] = await writeTable(
      folder,
      'vectors/candidates.parquet',
      CANDIDATES,
      candidates(),
    )
  return rows
}

const publishedVectors = (path: string, kind: Kind): Float32Array =>
  readSafetensors(path).arrays[`${kind}s`].data as Float32Array

async function encoded(encoder: OpenModel['run']['encoder'], asOf: number): Promise<Float32Array> {
  const ids = Int32Array.from({ length: encoder.entries }, (_, i) => i)
  const vectors = new Float32Array(ids.length * encoder.width)
  for (let at = 0; at < ids.length; at += BLOCK)
    vectors.set(await encoder.encodeEntries(ids.subarray(at, at + BLOCK), asOf), at * encoder.width)
  return vectors
}
