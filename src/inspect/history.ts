import { DOMAINS, EVENT_TYPES, conversionMask, type EventData } from '../features/snapshot.js'
import { card } from './catalog.js'
import type { HistoryRow, Names } from './types.js'

/** The last `most` events of rows [from, to) of a table, latest first. */
export function historyRows(events: EventData, names: Names, from: number, to: number, most: number): HistoryRow[] {
  const rows: HistoryRow[] = []
  for (let e = to - 1; e >= Math.max(from, to - most); e--) {
    rows.push({
      time: events.eventTime[e],
      type: EVENT_TYPES[events.eventType[e]],
      domain: DOMAINS[events.eventDomain[e]],
      ...card(names, events.eventItem[e], events.eventAdvertiser[e]),
    })
  }
  return rows
}

/** Conversions in rows [from, to), counted by item and by advertiser index. */
export function conversionCounts(
  events: EventData,
  from: number,
  to: number,
): { items: Map<number, number>; advertisers: Map<number, number> } {
  const items = new Map<number, number>()
  const advertisers = new Map<number, number>()
  for (let e = from; e < to; e++) {
    if (conversionMask[events.eventType[e]] === 0) continue
    const [i, a] = [events.eventItem[e], events.eventAdvertiser[e]]
    if (i >= 0) items.set(i, (items.get(i) ?? 0) + 1)
    if (a >= 0) advertisers.set(a, (advertisers.get(a) ?? 0) + 1)
  }
  return { items, advertisers }
}
