import type { EventData, Snapshot } from '../features/snapshot.js'

/** All histories, and the ingest number they reach to. */
export type Histories = EventData & Pick<Snapshot, 'lastSeq'>

/**
 * The users that an incremental pass has to encode, in index order: those with events past the watermark, less those
 * whom an earlier pass, killed before it could move the watermark, has encoded since their last event.
 *
 * Ingest numbers, not event times, decide, so that an event dated last year but imported today counts.
 *
 * @param watermark ingest number up to which everyone is encoded; 0 before the first pass
 * @param encodedAt ingest number of a user's latest vector (by user index), undefined where there is none
 * @returns user indices; users without events have nothing to encode and are never among them
 */
export function pendingUsers(
  histories: Histories,
  watermark: number,
  encodedAt: (user: number) => number | undefined,
): Int32Array {
  const { users, offsets, eventSeq } = histories
  const pending = new Int32Array(users)
  let n = 0
  for (let user = 0; user < users; user++) {
    let last = 0
    for (let row = offsets[user]; row < offsets[user + 1]; row++) if (eventSeq[row] > last) last = eventSeq[row]
    if (last > watermark && last > (encodedAt(user) ?? 0)) pending[n++] = user
  }
  return pending.slice(0, n)
}

/** Everyone who has events, in index order: what a full pass encodes. */
export function usersWithEvents(histories: Histories): Int32Array {
  return pendingUsers(histories, 0, () => undefined)
}

/**
 * The moment at which histories end when everything ingested is read: the latest event time in the data, unix seconds.
 * Not the wall clock: a data set of 2011 is encoded as of 2011, as it was trained.
 * @throws Error when there is no event
 */
export function lastEventTime(histories: Pick<Snapshot, 'eventTime'>): number {
  const { eventTime } = histories
  if (eventTime.length === 0) throw new Error('lastEventTime: there are no events')
  let last = 0
  for (let row = 0; row < eventTime.length; row++) if (eventTime[row] > last) last = eventTime[row]
  return last
}
