import type { TopLists } from '../ann/ann-index.js'
import type { Queries } from '../protocol/queries.js'
import type { Kind } from '../config/schema.js'
import { faultPoint } from '../core/fault.js'
import type { Progress } from '../core/progress.js'
import type { Store } from '../store/store.js'

import type { FullPass } from './full-pass.js'
import { lastEventTime, pendingUsers, usersWithEvents, type Histories } from './pending.js'
import { count } from '../text/numbers.js'

/** What inference reads from and appends to the feature store. */
export type VectorStore = Pick<
  Store,
  'transaction' | 'putUserEmbeddings' | 'putCandidates' | 'userEmbedding' | 'watermark' | 'setWatermark'
>

/** One run to bring up to date. */
export interface InferTower {
  run: string
  kind: Kind
  /** d, the width of its vectors */
  width: number
  /** unit vectors [Q, d] */
  encodeUsers(queries: Queries): Promise<Float32Array>
  /** the advertiser run's: store ids and scores of the same users' best advertisers, which are stored with them */
  rank?(queries: Queries): Promise<TopLists>
  /** encode everyone with events, new or not; notes how far it came */
  full?: FullPass
}

export interface InferOptions {
  store: VectorStore
  histories: Histories
  towers: InferTower[]
  progress: Progress
  /** aborted with the error to throw; what is committed stays */
  signal?: AbortSignal
  /** users a transaction: what a kill can lose */
  blockUsers?: number
  now?: () => number
}

export interface InferResult {
  /** distinct users encoded by at least one run */
  encoded: number
  /** users encoded by each model */
  models: Partial<Record<Kind, { run: string; encoded: number; seconds: number }>>
  /** users in the data, with or without events */
  users: number
  /** the watermark after the pass: every event up to this ingest number is in the vectors */
  seq: number
  /** the anchor: the moment at which histories are seen, unix seconds of the data's last event; null: nobody was due */
  asOf: number | null
  seconds: number
}

/**
 * Brings the stored user vectors (and stored candidates) of the given runs up to the last ingested event.
 *
 * Users go in index order, in blocks; a block is one transaction, so a kill loses at most one block. Whom a pass still
 * has to encode follows from the ingest number of each user's latest vector, so the same command resumes. The run's
 * watermark moves only after the last block: a partial pass is never mistaken for a full one.
 */
export async function infer(options: InferOptions): Promise<InferResult> {
  const { histories, towers, now = Date.now } = options
  const started = now()
  const asOf = lastEventTime(histories)
  const touched = new Set<number>()
  const models: InferResult['models'] = {}
  for (const each of towers) {
    const from = now()
    const encoded = await encodeRun(each, asOf, options)
    for (const user of encoded) touched.add(user)
    models[each.kind] = { run: each.run, encoded: encoded.length, seconds: (now() - from) / 1000 }
  }
  return {
    encoded: touched.size,
    models,
    users: histories.users,
    seq: histories.lastSeq,
    asOf,
    seconds: (now() - started) / 1000,
  }
}

/** @returns the users encoded now */
async function encodeRun(tower: InferTower, asOf: number, options: InferOptions): Promise<Int32Array> {
  const { store, histories, progress, signal, blockUsers = 1024 } = options
  const { full } = tower
  const seq = histories.lastSeq
  const due = full
    ? remaining(usersWithEvents(histories), full.next())
    : pendingUsers(histories, store.watermark(tower.run), (user) => store.userEmbedding(tower.run, user + 1)?.seq)
  progress.start(`encode users, ${tower.kind} model`, due.length, 'users')
  for (let at = 0; at < due.length; at += blockUsers) {
    signal?.throwIfAborted()
    const users = due.slice(at, at + blockUsers)
    const ends = users.map((user) => histories.offsets[user + 1])
    const queries: Queries = { events: histories, users, ends, moment: asOf }
    const vectors = await tower.encodeUsers(queries)
    checkVectors(vectors, users.length * tower.width, tower.run)
    const best = await tower.rank?.(queries)
    const ids = users.map((user) => user + 1)
    store.transaction(() => {
      store.putUserEmbeddings(tower.run, asOf, seq, ids, vectors)
      if (best) store.putCandidates(tower.run, seq, ids, best.entries, best.scores)
      faultPoint('commit vectors')
    })
    faultPoint('committed vectors')
    full?.done(users[users.length - 1] + 1)
    progress.update(at + users.length)
  }
  store.setWatermark(tower.run, seq)
  faultPoint('raised watermark')
  full?.finish()
  progress.finish(`${count(due.length)} of ${count(histories.users)}`)
  return due
}

/** A vector that is not finite would poison every search it takes part in: stop before it is stored. */
function checkVectors(vectors: Float32Array, length: number, run: string): void {
  if (vectors.length !== length)
    throw new Error(`infer: run ${run} gave ${vectors.length} values where ${length} were due`)
  for (const x of vectors)
    if (!Number.isFinite(x)) throw new Error(`infer: run ${run} gave a vector that is not finite`)
}

function remaining(users: Int32Array, from: number): Int32Array {
  return users.filter((user) => user >= from)
}
