import type { Snapshot } from '../features/snapshot.js'

/** absent[i] = 1 for items that the catalog does not have yet at the moment. */
export function absentItems(snapshot: Snapshot, moment: number): Uint8Array {
  return Uint8Array.from(snapshot.itemFirstSeen, (seen) => (seen > moment ? 1 : 0))
}

/** absent[a] = 1 for advertisers with neither an item nor an event by the moment. */
export function absentAdvertisers(snapshot: Snapshot, moment: number): Uint8Array {
  const absent = new Uint8Array(snapshot.advertisers).fill(1)
  snapshot.itemFirstSeen.forEach((seen, i) => {
    if (seen <= moment && snapshot.itemAdvertiser[i] >= 0) absent[snapshot.itemAdvertiser[i]] = 0
  })
  snapshot.eventAdvertiser.forEach((a, e) => {
    if (a >= 0 && snapshot.eventTime[e] <= moment) absent[a] = 0
  })
  return absent
}
