import type { CatalogData, EventData } from '../features/snapshot.js'
import type { Queries } from '../protocol/queries.js'
import type { Store } from '../store/store.js'
import type { GenerationManifest } from './files.js'

/** What serving reads of the feature store about a user. */
export type ServedStore = Pick<Store, 'history' | 'userEmbedding' | 'candidates'> & {
  live: Pick<Store['live'], 'seqOf'>
}

/** A stored user as a generation sees them. */
export interface ServedUser {
  /** the history, with the stored vectors of the runs where they know all of it */
  queries: Queries
  /** ingest number and moment (unix seconds) that the user is encoded at */
  encoded: { seq: number; asOf: number }
  /** the stored best advertisers, by index (store id - 1), best first; absent where there are none that know it all */
  advertisers?: { ids: Int32Array; scores: Float32Array }
}

/**
 * A user at the generation's ingest number; where events of theirs came one by one since, at the number of the last of
 * those. A vector that does not know them is left out: the user tower makes it.
 * @param user store id
 * @returns undefined where there is nothing: no events, or none that the generation can know and is encoded
 */
export function servedUser(
  store: ServedStore,
  manifest: GenerationManifest,
  catalog: Pick<CatalogData, 'items' | 'itemAdvertiser'>,
  user: number,
): ServedUser | undefined {
  const { itemRun, advertiserRun, asOf } = manifest
  const live = store.live.seqOf(user)
  const seq = Math.max(manifest.seq, live)
  const embedding = store.userEmbedding(itemRun, user, seq)
  if (!embedding && live === 0) return undefined
  const events = storedHistory(store, catalog, user, seq)
  // what a vector must know: what came later, and one by one
  const due = live > manifest.seq ? live : 0
  const known = <T extends { seq: number }>(one: T | undefined): T | undefined =>
    one && one.seq >= due ? one : undefined
  const vector = known(embedding)
  const advertiserVector =
    advertiserRun === undefined ? undefined : known(store.userEmbedding(advertiserRun, user, seq))
  const list = advertiserRun === undefined ? undefined : known(store.candidates(advertiserRun, user, seq))
  const last = events.eventTime.at(-1) ?? 0
  return {
    queries: {
      events,
      users: Int32Array.of(0),
      ends: Int32Array.of(events.eventTime.length),
      moment: Math.max(asOf, due > 0 ? last : 0),
      vectors: {
        ...(vector && { [itemRun]: vector.vector }),
        ...(advertiserVector && { [advertiserRun!]: advertiserVector.vector }),
      },
    },
    encoded: vector ? { seq: vector.seq, asOf: vector.asOf } : { seq, asOf: Math.max(asOf, last) },
    ...(list && { advertisers: { ids: list.advertisers.map((id) => id - 1), scores: list.scores } }),
  }
}

/**
 * A user's stored history as a table of one user, as the snapshot would hold it; events of items that the catalog does
 * not have are left out.
 */
export function storedHistory(
  store: Pick<ServedStore, 'history'>,
  { items, itemAdvertiser }: Pick<CatalogData, 'items' | 'itemAdvertiser'>,
  user: number,
  seq: number,
): EventData {
  const all = store.history(user, { atSeq: seq })
  const rows = Int32Array.from(all.item.keys()).filter((row) => all.item[row] <= items)
  const { item, advertiser, type, domain, time, seq: seqs } = all
  return {
    users: 1,
    offsets: Uint32Array.of(0, rows.length),
    eventItem: rows.map((row) => item[row] - 1),
    eventAdvertiser: rows.map((row) => {
      const own = item[row] > 0 ? itemAdvertiser[item[row] - 1] : -1
      return own >= 0 ? own : advertiser[row] - 1
    }),
    eventType: Uint8Array.from(rows, (row) => type[row]),
    eventDomain: Uint8Array.from(rows, (row) => domain[row]),
    eventTime: Uint32Array.from(rows, (row) => time[row]),
    eventSeq: Uint32Array.from(rows, (row) => seqs[row]),
  }
}
