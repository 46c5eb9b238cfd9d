import { EVENT_TYPES, conversionMask, type Snapshot } from '../features/snapshot.js'
import type { Activity, Buyer, Names } from './types.js'

/** How much happens around one item or advertiser, over the whole data, and who converts on it most. */
export function activityOf(
  snapshot: Snapshot,
  names: Names,
  level: 'item' | 'advertiser',
  index: number,
  buyers: number,
): { activity: Activity; buyers: Buyer[] } {
  const [column, entries] =
    level === 'item' ? [snapshot.eventItem, snapshot.items] : [snapshot.eventAdvertiser, snapshot.advertisers]
  const conversions = conversionsByEntry(snapshot, level)
  const byType = new Map<number, number>()
  const found: { user: number; conversions: number; last: number }[] = []
  let [events, users, first, last] = [0, 0, Infinity, -Infinity]
  for (let u = 0; u < snapshot.users; u++) {
    let [own, ownConversions, ownLast] = [0, 0, 0]
    for (let e = snapshot.offsets[u]; e < snapshot.offsets[u + 1]; e++) {
      if (column[e] !== index) continue
      own++
      const [type, time] = [snapshot.eventType[e], snapshot.eventTime[e]]
      byType.set(type, (byType.get(type) ?? 0) + 1)
      first = Math.min(first, time)
      last = Math.max(last, time)
      if (conversionMask[type] === 0) continue
      ownConversions++
      ownLast = time
    }
    events += own
    if (own > 0) users++
    if (ownConversions > 0) found.push({ user: u, conversions: ownConversions, last: ownLast })
  }
  found.sort((a, b) => b.conversions - a.conversions || b.last - a.last || a.user - b.user)
  let rank = 1
  for (let i = 0; i < entries; i++) if (conversions[i] > conversions[index]) rank++
  return {
    activity: {
      events,
      users,
      byType: Object.fromEntries([...byType].sort((a, b) => b[1] - a[1]).map(([type, n]) => [EVENT_TYPES[type], n])),
      conversions: conversions[index],
      rank,
      of: entries,
      firstSeen: events > 0 ? first : null,
      lastSeen: events > 0 ? last : null,
    },
    buyers: found
      .slice(0, buyers)
      .map((b) => ({ user: names.user(b.user + 1).externalId, conversions: b.conversions, last: b.last })),
  }
}

/** Conversions of every item or advertiser in events up to `limit` (default: all). */
export function conversionsByEntry(snapshot: Snapshot, level: 'item' | 'advertiser', limit = Infinity): Uint32Array {
  const [column, entries] =
    level === 'item' ? [snapshot.eventItem, snapshot.items] : [snapshot.eventAdvertiser, snapshot.advertisers]
  const counts = new Uint32Array(entries)
  for (let e = 0; e < column.length; e++)
    if (column[e] >= 0 && conversionMask[snapshot.eventType[e]] === 1 && snapshot.eventTime[e] <= limit)
      counts[column[e]]++
  return counts
}
