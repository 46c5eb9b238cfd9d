import { afterEach } from 'vitest'
import type { MadeUpEvent } from '../../src/features/made-up-history.js'
import { createApp, type AppOptions, type ServerApp } from '../../src/server/app.js'
import type { ServerStore } from '../../src/server/context.js'
import type { Retrieval, Scored } from '../../src/server/retrieval.js'
import { Serving } from '../../src/server/serving.js'
import type { Generation } from '../../src/store/generations.js'

export const AS_OF = 1_500_000_000
export const CREATED = 1_700_000_000

/** A catalog of items i1 .. i20 and advertisers a1 .. a5 (the item's is its number mod 5, plus 1), users u1 and u2. */
export const store: ServerStore = {
  counts: () => ({ users: 2, items: 20, advertisers: 5, events: 40 }),
  userId: (name) => numbered(name, 'u', 3),
  itemId: (name) => numbered(name, 'i', 20),
  advertiserId: (name) => numbered(name, 'a', 5),
  item: (id) => ({
    id,
    externalId: `i${id}`,
    title: `Item ${id}`,
    price: id === 7 ? undefined : id / 2,
    category: 'A/B',
    advertiser: (id % 5) + 1,
    advertiserExternalId: `a${(id % 5) + 1}`,
    advertiserName: `Shop ${(id % 5) + 1}`,
  }),
  advertiser: (id) => ({ id, externalId: `a${id}`, name: `Shop ${id}` }),
  // u3 has no vector; u2 has had one since event 30 only; u1 has another since event 30
  userEmbedding: (_run, id, atSeq = Infinity) =>
    id === 3 || (id === 2 && atSeq < 30)
      ? undefined
      : { seq: atSeq < 30 ? 10 : 30, asOf: AS_OF, vector: Float32Array.of(id, atSeq < 30 ? 10 : 30) },
  candidates: (_run, id) =>
    id === 1 ? { seq: 10, advertisers: Int32Array.of(4, 2, 5), scores: Float32Array.of(0.5, 0.25, 0.125) } : undefined,
}

const numbered = (name: string, prefix: string, last: number): number | undefined => {
  const n = name.startsWith(prefix) ? Number(name.slice(1)) : NaN
  return Number.isInteger(n) && n >= 1 && n <= last ? n : undefined
}

/** Finds items 0, 1, 2 ... with falling scores, and remembers what it was asked. */
export class FakeRetrieval implements Retrieval {
  readonly facts = { items: 20, asOf: AS_OF, known: { items: 15, advertisers: 5 } }
  readonly vectors: Float32Array[] = []
  readonly histories: { history: MadeUpEvent[]; anchorTime: number }[] = []
  closed = false
  /** resolved by a test that wants requests to stay under way */
  gate: Promise<void> = Promise.resolve()

  async search(vector: Float32Array, k: number): Promise<Scored> {
    this.vectors.push(vector)
    await this.gate
    return scored(Math.min(k, 20))
  }

  async retrieve(
    history: MadeUpEvent[],
    anchorTime: number,
    k: number,
  ): Promise<{ items: Scored; advertisers: Scored }> {
    this.histories.push({ history, anchorTime })
    await this.gate
    return { items: scored(Math.min(k, 20)), advertisers: scored(Math.min(k, 5)) }
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

const scored = (n: number): Scored => ({
  indices: Int32Array.from({ length: n }, (_, i) => i),
  scores: Float32Array.from({ length: n }, (_, i) => 1 - i / 32),
})

export const generation = (
  id: string,
  seq: number,
  advertiserRun: string | undefined = 'advertiser-run',
): Generation => ({ id, created: CREATED, itemRun: 'item-run', advertiserRun, seq, info: {} })

const apps: ServerApp[] = []
afterEach(async () => {
  for (const { app } of apps.splice(0)) await app.close()
})

/** An app over the fake store; `published.row` is what `current` says. */
export async function fakeServer(options: Partial<AppOptions> = {}, first = generation('g1', 20)) {
  const published = { row: first as Generation | undefined }
  const retrievals: Record<string, FakeRetrieval> = {}
  const failures: string[] = []
  const damaged = new Set<string>()
  const serving = await Serving.open({
    current: () => published.row,
    load: async ({ id }) => {
      if (damaged.has(id)) throw new Error('damaged')
      return (retrievals[id] = new FakeRetrieval())
    },
    onLoadFailure: (row) => failures.push(row.id),
  })
  const server = createApp({ store, serving, now: () => new Date((CREATED + 90) * 1000), ...options })
  apps.push(server)
  return { ...server, serving, published, retrievals, failures, damaged }
}
