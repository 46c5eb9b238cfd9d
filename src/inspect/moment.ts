import type { Kind } from '../config/schema.js'
import { firstSeen, type Snapshot } from '../features/snapshot.js'

/** absent[e] = 1 for items or advertisers that the catalog does not have yet at the moment. */
export function absentAt(snapshot: Snapshot, kind: Kind, moment: number): Uint8Array {
  return Uint8Array.from(firstSeen(snapshot, kind), (seen) => (seen > moment ? 1 : 0))
}
