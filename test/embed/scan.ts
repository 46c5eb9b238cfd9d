import { advertisersFirstSeen } from '../../src/features/snapshot-build.js'
import { CATEGORY_LEVELS, TITLE_TOKENS, type Snapshot } from '../../src/features/snapshot.js'
import type { Store } from '../../src/store/store.js'

/** The snapshot that a scan of the store gives, for few events. */
export function scan(store: Store): Snapshot {
  const rows = [...store.scanEvents()].sort((a, b) => a[1] - b[1] || a[6] - b[6] || a[0] - b[0])
  const { users, items, advertisers } = store.counts()
  const offsets = new Uint32Array(users + 1)
  for (const row of rows) offsets[row[1]]++
  for (let user = 0; user < users; user++) offsets[user + 1] += offsets[user]
  const itemAdvertiser = Int32Array.from([...store.scanItems()], (row) => row[2] - 1)
  const snapshot = {
    hash: store.dataHash(),
    users,
    items,
    advertisers,
    lastSeq: store.lastSeq(),
    offsets,
    itemAdvertiser,
    eventItem: Int32Array.from(rows, (row) => row[2] - 1),
    eventAdvertiser: Int32Array.from(rows, (row) => (row[2] > 0 ? itemAdvertiser[row[2] - 1] : row[3] - 1)),
    eventType: Uint8Array.from(rows, (row) => row[4]),
    eventDomain: Uint8Array.from(rows, (row) => row[5]),
    eventTime: Uint32Array.from(rows, (row) => row[6]),
    eventSeq: Uint32Array.from(rows, (row) => row[0]),
    itemCategory: new Int32Array(items * CATEGORY_LEVELS).fill(-1),
    categories: [],
    itemPrice: new Float32Array(items).fill(NaN),
    itemTitle: new Uint32Array(items * TITLE_TOKENS),
    itemFirstSeen: new Uint32Array(items),
  }
  return { ...snapshot, advertiserFirstSeen: advertisersFirstSeen(snapshot) }
}
