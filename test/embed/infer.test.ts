import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { silent } from '../../src/core/progress.js'
import type { TopLists } from '../../src/ann/ann-index.js'
import { FullPass } from '../../src/embed/full-pass.js'
import { infer, type InferTower } from '../../src/embed/infer.js'
import type { Queries } from '../../src/protocol/queries.js'
import type { Store } from '../../src/store/store.js'
import { CountingTower } from './counting-tower.js'
import { scan } from './scan.js'
import { addEvents, smallStore, temporaryFolder } from './small-workspace.js'

const YEAR = 365 * 86400
const NOW = 1_500_000_000
const ITEM = 'item-run'

/** One inference of the item run over everything in the store. */
async function pass(store: Store, extra: Partial<InferTower> = {}, before?: (users: Int32Array) => void, run = ITEM) {
  const histories = scan(store)
  const tower = Object.assign(new CountingTower(run, 'item', 4, before), extra)
  const result = await infer({ store, histories, towers: [tower], progress: silent, blockUsers: 2 })
  return { result, users: tower.encoded.map((user) => user + 1) }
}

describe('infer', () => {
  it('encodes everyone with events the first time, and nobody when nothing is new', async () => {
    const store = smallStore(temporaryFolder(), [
      [1, 1, NOW - 50],
      [2, 2, NOW - 40],
      [3, 3, NOW],
    ])
    const first = await pass(store)
    expect(first.result).toMatchObject({
      encoded: 3,
      users: 3,
      seq: 3,
      asOf: NOW,
      models: { item: { run: ITEM, encoded: 3 } },
    })
    expect(store.watermark(ITEM)).toBe(3)
    expect((await pass(store)).result.encoded).toBe(0)
    store.close()
  })

  it('encodes exactly the user of an event that is imported today but dated a year back', async () => {
    const store = smallStore(temporaryFolder(), [
      [1, 1, NOW - 50],
      [2, 2, NOW - 40],
      [3, 3, NOW],
    ])
    await pass(store)
    addEvents(store, [[2, 5, NOW - YEAR]])
    const { result, users } = await pass(store)
    expect(users).toEqual([2])
    expect(result).toMatchObject({ encoded: 1, seq: 4, asOf: NOW })
    store.close()
  })

  it('appends: the vector before an import is still read at its ingest number', async () => {
    const store = smallStore(temporaryFolder(), [
      [1, 1, NOW - 50],
      [2, 2, NOW],
    ])
    await pass(store)
    const before = store.userEmbedding(ITEM, 1, 2)!.vector
    addEvents(store, [[1, 2, NOW + 10]])
    await pass(store)
    expect(store.userEmbedding(ITEM, 1, 2)!.vector).toEqual(before)
    expect(store.userEmbedding(ITEM, 1, 3)!.vector).not.toEqual(before)
    expect(store.userEmbedding(ITEM, 2, 3)).toMatchObject({ seq: 2, asOf: NOW })
    store.close()
  })

  it('encodes everyone for a new run', async () => {
    const store = smallStore(temporaryFolder(), [
      [1, 1, NOW],
      [2, 2, NOW],
    ])
    await pass(store)
    expect((await pass(store, {}, undefined, 'another-run')).result.encoded).toBe(2)
    store.close()
  })

  it('keeps the watermark where it was when a pass stops midway, and goes on with the users that are left', async () => {
    const store = smallStore(
      temporaryFolder(),
      [1, 2, 3, 4, 5].map((user) => [user, user, NOW]),
    )
    let blocks = 0
    const stopAfterOne = (): void => {
      if (++blocks === 2) throw new Error('stop')
    }
    await expect(pass(store, {}, stopAfterOne)).rejects.toThrow('stop')
    expect(store.watermark(ITEM)).toBe(0)
    const { result, users } = await pass(store)
    expect(users).toEqual([3, 4, 5])
    expect(result.encoded).toBe(3)
    expect(store.watermark(ITEM)).toBe(5)
    store.close()
  })

  it('redoes a user of a stopped pass who has had an event since', async () => {
    const store = smallStore(
      temporaryFolder(),
      [1, 2, 3, 4].map((user) => [user, user, NOW]),
    )
    let blocks = 0
    await expect(
      pass(store, {}, () => {
        if (++blocks === 2) throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    addEvents(store, [[1, 4, NOW - YEAR]])
    expect((await pass(store)).users).toEqual([1, 3, 4])
    store.close()
  })

  it('encodes everyone with --full, and a stopped full pass goes on where it was', async () => {
    const folder = temporaryFolder()
    const store = smallStore(
      folder,
      [1, 2, 3, 4, 5].map((user) => [user, user, NOW]),
    )
    await pass(store)
    const full = new FullPass(join(folder, 'full-pass.json'), store.lastSeq())
    expect((await pass(store, { full })).result.encoded).toBe(5)
    let blocks = 0
    await expect(
      pass(store, { full }, () => {
        if (++blocks === 3) throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    expect((await pass(store, { full })).users).toEqual([5])
    expect((await pass(store, { full })).result.encoded).toBe(5)
    store.close()
  })

  it("counts a user once however many runs encode them, and stores the advertiser run's candidates", async () => {
    const store = smallStore(temporaryFolder(), [
      [1, 1, NOW],
      [2, 2, NOW],
    ])
    const histories = scan(store)
    const item = new CountingTower('i', 'item')
    // of the user of index u the advertisers u + 1 and u + 2
    const rank = async ({ users }: Queries): Promise<TopLists> => ({
      k: 2,
      counts: new Int32Array(users.length).fill(2),
      entries: Int32Array.from([...users].flatMap((user) => [user + 1, user + 2])),
      scores: Float32Array.from([...users].flatMap((user) => [user + 0.5, 0.25])),
    })
    const advertiser = Object.assign(new CountingTower('a', 'advertiser'), { rank })
    const result = await infer({ store, histories, towers: [item, advertiser], progress: silent })
    expect(result).toMatchObject({ encoded: 2, models: { item: { encoded: 2 }, advertiser: { encoded: 2 } } })
    expect([...store.candidates('a', 1)!.advertisers]).toEqual([1, 2])
    expect([...store.candidates('a', 2)!.advertisers]).toEqual([2, 3])
    expect([...store.candidates('a', 2)!.scores]).toEqual([1.5, 0.25])
    expect(store.candidates('i', 2)).toBeUndefined()
    store.close()
  })

  it('refuses vectors that are not finite before they are stored', async () => {
    const store = smallStore(temporaryFolder(), [[1, 1, NOW]])
    const histories = scan(store)
    const tower = new CountingTower(ITEM, 'item')
    tower.vector = () => Float32Array.of(1, NaN, 0, 0)
    await expect(infer({ store, histories, towers: [tower], progress: silent })).rejects.toThrow('not finite')
    expect(store.userEmbedding(ITEM, 1)).toBeUndefined()
    store.close()
  })
})
