import type { CatalogData, EventData } from '../features/snapshot.js'
import type { Queries } from '../protocol/queries.js'
import type { Store } from '../store/store.js'
import type { GenerationManifest } from './files.js'

/** What serving reads of the feature store about a user. */
export type ServedStore = Pick<Store, 'history' | 'userEmbedding' | 'candidates'>

/** A stored user as a generation sees them: everything is read at or below its ingest number. */
export interface ServedUser {
  /** the history, with the stored vector of the item run */
  queries: Queries
  /** ingest number and moment (unix seconds) that the vector was encoded at */
  encoded: { seq: number; asOf: number }
  /** the stored best advertisers, by index (store id - 1), best first; absent where there are none */
  advertisers?: { ids: Int32Array; scores: Float32Array }
}

/** @param user store id @returns undefined without a stored vector: of a user without events, or not yet encoded */
export function servedUser(
  store: ServedStore,
  { itemRun, advertiserRun, seq, asOf }: GenerationManifest,
  catalog: Pick<CatalogData, 'itemAdvertiser'>,
  user: number,
): ServedUser | undefined {
  const embedding = store.userEmbedding(itemRun, user, seq)
  if (!embedding) return undefined
  const events = storedHistory(store, catalog, user, seq)
  const list = advertiserRun === undefined ? undefined : store.candidates(advertiserRun, user, seq)
  return {
    queries: {
      events,
      users: Int32Array.of(0),
      ends: Int32Array.of(events.eventTime.length),
      moment: asOf,
      vectors: { [itemRun]: embedding.vector },
    },
    encoded: { seq: embedding.seq, asOf: embedding.asOf },
    ...(list && { advertisers: { ids: list.advertisers.map((id) => id - 1), scores: list.scores } }),
  }
}

/** A user's stored history as a table of one user, as the snapshot would hold it. */
function storedHistory(
  store: ServedStore,
  { itemAdvertiser }: Pick<CatalogData, 'itemAdvertiser'>,
  user: number,
  seq: number,
): EventData {
  const { item, advertiser, type, domain, time, seq: seqs } = store.history(user, { atSeq: seq })
  return {
    users: 1,
    offsets: Uint32Array.of(0, time.length),
    eventItem: item.map((id) => id - 1),
    eventAdvertiser: item.map((id, row) => {
      const own = id > 0 ? itemAdvertiser[id - 1] : -1
      return own >= 0 ? own : advertiser[row] - 1
    }),
    eventType: type,
    eventDomain: domain,
    eventTime: time,
    eventSeq: seqs,
  }
}
