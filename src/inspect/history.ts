import { DOMAINS, EVENT_TYPES, conversionMask, historyEnd, type Snapshot } from '../features/snapshot.js'
import { card } from './catalog.js'
import type { HistoryRow, Names } from './types.js'

/** The last `most` events of rows [from, to) of a snapshot, latest first. */
export function historyRows(snapshot: Snapshot, names: Names, from: number, to: number, most: number): HistoryRow[] {
  const rows: HistoryRow[] = []
  for (let e = to - 1; e >= Math.max(from, to - most); e--) {
    rows.push({
      time: snapshot.eventTime[e],
      type: EVENT_TYPES[snapshot.eventType[e]],
      domain: DOMAINS[snapshot.eventDomain[e]],
      ...card(names, snapshot.eventItem[e], snapshot.eventAdvertiser[e]),
    })
  }
  return rows
}

/** Conversions in rows [from, to), counted by item and by advertiser index. */
export function conversionCounts(
  snapshot: Snapshot,
  from: number,
  to: number,
): { items: Map<number, number>; advertisers: Map<number, number> } {
  const items = new Map<number, number>()
  const advertisers = new Map<number, number>()
  for (let e = from; e < to; e++) {
    if (conversionMask[snapshot.eventType[e]] === 0) continue
    const [i, a] = [snapshot.eventItem[e], snapshot.eventAdvertiser[e]]
    if (i >= 0) items.set(i, (items.get(i) ?? 0) + 1)
    if (a >= 0) advertisers.set(a, (advertisers.get(a) ?? 0) + 1)
  }
  return { items, advertisers }
}

/** Rows of a user's events: [start, end) is the history up to the moment, [end, next) the window after it. */
export function bounds(
  snapshot: Snapshot,
  user: number,
  moment: number,
  windowDays: number,
): { start: number; end: number; next: number } {
  return {
    start: snapshot.offsets[user],
    end: historyEnd(snapshot, user, moment),
    next: historyEnd(snapshot, user, moment + windowDays * 86_400),
  }
}
