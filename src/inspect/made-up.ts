import { madeUpHistory, type MadeUpEvent } from '../embed/made-up-history.js'
import type { Snapshot } from '../features/snapshot.js'
import type { Queries } from '../retrieve/types.js'

/** Rows [from, to) of a snapshot as single events, to be edited. */
export function eventsOf(snapshot: Snapshot, from: number, to: number): MadeUpEvent[] {
  return Array.from({ length: to - from }, (_, i) => ({
    item: snapshot.eventItem[from + i],
    advertiser: snapshot.eventAdvertiser[from + i],
    type: snapshot.eventType[from + i],
    domain: snapshot.eventDomain[from + i],
    time: snapshot.eventTime[from + i],
  }))
}

/** A snapshot with the same catalog whose only user has the given events, and the query for it. */
export function madeUpQuery(catalog: Snapshot, events: readonly MadeUpEvent[]): { snapshot: Snapshot; query: Queries } {
  return {
    snapshot: madeUpHistory(catalog, events),
    query: { users: Int32Array.of(0), ends: Int32Array.of(events.length) },
  }
}
