import { serveThread } from '../core/thread.js'
import { madeUpHistory, type MadeUpEvent } from '../features/made-up-history.js'
import { openGeneration, type Generation } from '../generations/open.js'
import { servedUser } from '../generations/served.js'
import type { Queries } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import { Workspace } from '../workspace/workspace.js'
import type { RetrievalFacts, RetrievalJob, Retrieved, RetrievedForUser, Scored } from './retrieval.js'

let workspace: Workspace
let generation: Generation
let last: Promise<unknown> = Promise.resolve()

/** One at a time: a program of an engine is not made for two runs at once. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work)
  last = done.catch(() => undefined)
  return done
}

async function best(recommender: Recommender, queries: Queries, k: number): Promise<Scored> {
  const { entries, scores, counts } = await recommender.list(queries, k)
  return { indices: entries.slice(0, counts[0]), scores: scores.slice(0, counts[0]) }
}

async function posted(history: MadeUpEvent[], moment: number, k: number): Promise<Retrieved> {
  const { items, advertisers } = generation
  const queries: Queries = {
    events: madeUpHistory(workspace.catalog, history),
    users: Int32Array.of(0),
    ends: Int32Array.of(history.length),
    moment,
  }
  return {
    items: await best(items, queries, k),
    ...(advertisers && { advertisers: await best(advertisers, queries, k) }),
  }
}

const methods = {
  /** Opens the generation and warms its towers, so that the first request is as fast as the others. */
  async open({ folder, config, generation: row }: RetrievalJob): Promise<RetrievalFacts> {
    workspace = new Workspace(folder, { config, readonly: true })
    const { catalog, paths } = workspace
    const item = await workspace.userTower(row.itemRun!, 'item')
    const advertiser = row.advertiserRun && (await workspace.userTower(row.advertiserRun, 'advertiser'))
    const towers = { item: item.encoder, ...(advertiser && { advertiser: advertiser.encoder }) }
    generation = await openGeneration(paths.index, row, towers)
    const { asOf, items } = generation.manifest
    await posted([{ item: 0, advertiser: -1, type: 0, domain: 0, time: asOf }], asOf, 1)
    return { items, asOf, known: { items: catalog.items, advertisers: catalog.advertisers } }
  },
  async stored({ user, k }: { user: number; k: number }): Promise<RetrievedForUser | undefined> {
    const found = servedUser(workspace.store, generation.manifest, workspace.catalog, user)
    if (!found) return undefined
    const { queries, encoded, advertisers } = found
    return {
      encoded,
      items: await inTurn(() => best(generation.items, queries, k)),
      ...(advertisers && {
        advertisers: { indices: advertisers.ids.slice(0, k), scores: advertisers.scores.slice(0, k) },
      }),
    }
  },
  posted: ({ history, moment, k }: { history: MadeUpEvent[]; moment: number; k: number }): Promise<Retrieved> =>
    inTurn(() => posted(history, moment, k)),
}

export type RetrievalThread = typeof methods
serveThread(methods)
