import type { Snapshot } from '../features/snapshot.js'
import type { Queries } from '../retrieve/types.js'
import type { MadeUpEvent } from './history-spec.js'

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

/** A snapshot with the same catalog whose only user has the given events (in time order), and the query for it. */
export function madeUpSnapshot(snapshot: Snapshot, events: readonly MadeUpEvent[]): { snapshot: Snapshot; query: Queries } {
  return {
    snapshot: {
      ...snapshot,
      users: 1,
      offsets: Uint32Array.of(0, events.length),
      eventItem: Int32Array.from(events, (e) => e.item),
      eventAdvertiser: Int32Array.from(events, (e) => e.advertiser),
      eventType: Uint8Array.from(events, (e) => e.type),
      eventDomain: Uint8Array.from(events, (e) => e.domain),
      eventTime: Uint32Array.from(events, (e) => e.time),
      eventSeq: Uint32Array.from(events, (_, i) => i + 1),
    },
    query: { users: Int32Array.of(0), ends: Int32Array.of(events.length) },
  }
}
