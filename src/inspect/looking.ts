import type { Kind } from '../config/schema.js'
import { historyEnd, type Snapshot } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import type { Origin, Subject } from './types.js'

/** What is looked through: a recommender, and what it recommends from. */
export interface Looking {
  /** id of the run it is of; null for a baseline */
  run: string | null
  recommender: Recommender
  catalog: Catalog
  /** latest events of a history that it reads */
  reads: number
  /** unit vectors [ids.length, width] of entries, for their neighbours; absent where it has none */
  vectors?: { width: number; of(ids: Int32Array): Promise<Float32Array> }
}

/** The history of a user up to a moment. */
export function historyAt(snapshot: Snapshot, user: number, moment: number): Queries {
  return {
    events: snapshot,
    users: Int32Array.of(user),
    ends: Int32Array.of(historyEnd(snapshot, user, moment)),
    moment,
  }
}

/** The rows of the only query's history. */
export const rowsOf = ({ events, users, ends }: Queries): { from: number; to: number } => ({
  from: events.offsets[users[0]],
  to: ends[0],
})

/** What a view says of where it comes from. */
export function originOf({ item, advertiser, served, moment, windowDays }: Subject, kinds = KINDS): Origin {
  const name = (kind: Kind, looking: Looking | undefined): string | null =>
    looking && kinds.includes(kind) ? (served?.generation ?? looking.recommender.name) : null
  const run = (kind: Kind, looking: Looking | undefined): string | null =>
    looking && kinds.includes(kind) ? looking.run : null
  return {
    itemBy: name('item', item),
    advertiserBy: name('advertiser', advertiser),
    generation: served?.generation ?? null,
    itemRun: run('item', item),
    advertiserRun: run('advertiser', advertiser),
    moment,
    windowDays,
  }
}

const KINDS: readonly Kind[] = ['item', 'advertiser']
