import { afterEach } from 'vitest'
import type { MadeUpEvent } from '../../src/features/made-up-history.js'
import { createApp, type AppOptions, type ServerApp } from '../../src/server/app.js'
import type { ServerStore } from '../../src/server/context.js'
import type { Retrieval, Retrieved, RetrievedForUser, Scored } from '../../src/server/retrieval.js'
import { Clock } from '../../src/server/clock.js'
import { Serving } from '../../src/server/serving.js'
import type { Generation } from '../../src/store/generations.js'

export const AS_OF = 1_500_000_000
export const CREATED = 1_700_000_000

/** A catalog of items i1 .. i20 and advertisers a1 .. a5 (the item's is its number mod 5, plus 1), users u1 and u2. */
export const store = {
  counts: () => ({ users: 2, items: 20, advertisers: 5, events: 40 }),
  userId: (name: string) => numbered(name, 'u', 3),
  itemId: (name: string) => numbered(name, 'i', 20),
  advertiserId: (name: string) => numbered(name, 'a', 5),
  item: (id: number) => ({
    id,
    externalId: `i${id}`,
    title: `Item ${id}`,
    price: id === 7 ? undefined : id / 2,
    category: 'A/B',
    advertiser: (id % 5) + 1,
    advertiserExternalId: `a${(id % 5) + 1}`,
    advertiserName: `Shop ${(id % 5) + 1}`,
  }),
  advertiser: (id: number) => ({ id, externalId: `a${id}`, name: `Shop ${id}` }),
} as unknown as ServerStore

const notAsked = (): never => {
  throw new Error('this is not asked here')
}

const numbered = (name: string, prefix: string, last: number): number | undefined => {
  const n = name.startsWith(prefix) ? Number(name.slice(1)) : NaN
  return Number.isInteger(n) && n >= 1 && n <= last ? n : undefined
}

/**
 * Finds items 0, 1, 2 ... with falling scores, and remembers what it was asked. User 3 has no vector, user 2 has had
 * one since event 30 only, user 1 has another since event 30; advertisers 3, 1 and 4 are stored for user 1.
 */
export class FakeRetrieval implements Retrieval {
  readonly facts = { items: 20, asOf: AS_OF, known: { items: 15, advertisers: 5 } }
  readonly users: { user: number; k: number }[] = []
  readonly histories: { history: MadeUpEvent[]; moment: number }[] = []
  closed = false
  dead = false
  private readonly watchers: (() => void)[] = []
  /** resolved by a test that wants requests to stay under way */
  gate: Promise<void> = Promise.resolve()

  constructor(private readonly row: Generation) {}

  async stored(user: number, k: number): Promise<RetrievedForUser | undefined> {
    this.users.push({ user, k })
    await this.gate
    const { seq, advertiserRun } = this.row
    if (user === 3 || (user === 2 && seq < 30)) return undefined
    const advertisers = {
      indices: Int32Array.of(3, 1, 4).slice(0, k),
      scores: Float32Array.of(0.5, 0.25, 0.125).slice(0, k),
    }
    return {
      encoded: { seq: seq < 30 ? 10 : 30, asOf: AS_OF },
      items: scored(Math.min(k, 20)),
      ...(advertiserRun !== undefined && user === 1 && { advertisers }),
    }
  }

  readonly ads = notAsked
  readonly encode = notAsked
  readonly about = notAsked
  readonly neighbours = notAsked

  async posted(history: MadeUpEvent[], moment: number, k: number): Promise<Retrieved> {
    this.histories.push({ history, moment })
    await this.gate
    return { items: scored(Math.min(k, 20)), advertisers: scored(Math.min(k, 5)) }
  }

  onEnd(watcher: () => void): void {
    this.watchers.push(watcher)
  }

  /** The thread ends by itself. */
  die(): void {
    this.dead = true
    for (const watcher of this.watchers) watcher()
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
  // what is wrong with the files of a generation: that changes when they do
  const damaged = new Map<string, string>()
  const clock = { ms: 0 }
  const serving = await Serving.open({
    current: () => published.row,
    load: async (row) => {
      if (damaged.has(row.id)) throw new Error('damaged')
      return (retrievals[row.id] = new FakeRetrieval(row))
    },
    filesOf: (row) => damaged.get(row.id) ?? 'whole',
    onLoadFailure: (row) => failures.push(row.id),
    now: () => clock.ms,
  })
  const server = createApp({
    store,
    search: { find: async () => notAsked(), assortment: async () => notAsked() },
    overview: { map: async () => notAsked(), runs: async () => notAsked(), experiments: async () => notAsked() },
    serving,
    now: () => new Date((CREATED + 90) * 1000),
    clock: new Clock('data'),
    deadlineMs: 200,
    ...options,
  })
  apps.push(server)
  await server.app.ready()
  return { ...server, serving, published, retrievals, failures, damaged, clock }
}
