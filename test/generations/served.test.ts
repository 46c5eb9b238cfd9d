import { describe, expect, it } from 'vitest'
import type { GenerationManifest } from '../../src/generations/files.js'
import { servedUser } from '../../src/generations/served.js'
import type { Store } from '../../src/store/store.js'
import { scan } from '../embed/scan.js'
import { addEvents, smallStore, temporaryFolder, type SmallEvent } from '../embed/small-workspace.js'

const NOW = 1_500_000_000
const generation = (seq: number, advertiserRun?: string): GenerationManifest =>
  ({ itemRun: 'item-run', advertiserRun, seq, asOf: NOW + seq }) as GenerationManifest

/** Users 1 and 2 with three events, encoded at 3; then a fourth event of user 1, encoded at 4. User 3 is never. */
function store(): Store {
  const events: SmallEvent[] = [
    [1, 1, NOW],
    [2, 2, NOW + 1],
    [1, 3, NOW + 2],
  ]
  const store = smallStore(temporaryFolder(), events)
  store.putUserEmbeddings('item-run', NOW + 3, 3, [1, 2], Float32Array.of(1, 0, 0, 1))
  store.putCandidates('advertiser-run', 3, [1, 2], Int32Array.of(3, 1, 2, 0), Float32Array.of(0.5, 0.25, 0.125, NaN))
  addEvents(store, [
    [1, 2, NOW - 5000],
    [3, 1, NOW],
  ])
  store.putUserEmbeddings('item-run', NOW + 4, 4, [1], Float32Array.of(0, -1))
  store.putCandidates('advertiser-run', 4, [1], Int32Array.of(1, 2), Float32Array.of(0.75, 0.5))
  return store
}

describe('a stored user as a generation serves them', () => {
  it("has the vector, the history and the lists at the generation's ingest number, not later ones", () => {
    const own = store()
    const catalog = scan(own)
    const at = (seq: number) => servedUser(own, generation(seq, 'advertiser-run'), catalog, 1)!
    const [early, late] = [at(3), at(4)]
    expect([...early.queries.events.eventItem]).toEqual([0, 2])
    // imported later, though it happened first
    expect([...late.queries.events.eventItem]).toEqual([1, 0, 2])
    expect([early.encoded, late.encoded]).toEqual([
      { seq: 3, asOf: NOW + 3 },
      { seq: 4, asOf: NOW + 4 },
    ])
    expect(Object.values(early.queries.vectors!)).toContainEqual(Float32Array.of(1, 0))
    expect(Object.values(late.queries.vectors!)).toContainEqual(Float32Array.of(0, -1))
    expect([early.queries.moment, late.queries.moment]).toEqual([NOW + 3, NOW + 4])
    // by index: one less than the ids of the store
    expect([...early.advertisers!.ids]).toEqual([2, 0])
    expect([...late.advertisers!.ids]).toEqual([0, 1])
    expect([...late.advertisers!.scores]).toEqual([0.75, 0.5])
    own.close()
  })

  it('has the history as the snapshot holds it', () => {
    const own = store()
    const snapshot = scan(own)
    const { queries } = servedUser(own, generation(5), snapshot, 1)!
    const [from, to] = [snapshot.offsets[0], snapshot.offsets[1]]
    const columns = ['eventItem', 'eventAdvertiser', 'eventType', 'eventDomain', 'eventTime', 'eventSeq'] as const
    for (const column of columns) expect(queries.events[column], column).toEqual(snapshot[column].subarray(from, to))
    expect([queries.users[0], queries.ends[0], [...queries.events.offsets]]).toEqual([0, 3, [0, 3]])
    own.close()
  })

  it('has a list only as long as was stored, and none where the generation has no advertiser run', () => {
    const own = store()
    const catalog = scan(own)
    expect([...servedUser(own, generation(3, 'advertiser-run'), catalog, 2)!.advertisers!.ids]).toEqual([1])
    expect(servedUser(own, generation(3), catalog, 2)!.advertisers).toBeUndefined()
    own.close()
  })

  it('is nobody before they are encoded', () => {
    const own = store()
    const catalog = scan(own)
    expect(servedUser(own, generation(5), catalog, 3)).toBeUndefined()
    expect(servedUser(own, generation(2), catalog, 1)).toBeUndefined()
    own.close()
  })
})
