import { serveThread } from '../core/thread.js'
import { MAX_HISTORY, type MadeUpEvent } from '../features/made-up-history.js'
import type { Queries } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import { Workspace } from '../workspace/workspace.js'
import { AdService, readerOptions } from './ad-service.js'
import { sentAnswer, type AboutUser, type AdsQuestion, type SentAnswer } from './ads-answer.js'
import type { Encoded } from './events-thread.js'
import { Problem, type SentProblem } from './problem.js'
import type { RetrievalFacts, RetrievalJob, Retrieved, RetrievedForUser, Scored } from './retrieval.js'

let service: AdService
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
  const { items, advertisers } = service
  const queries = service.askers.history(history, moment)
  return {
    items: await best(items, queries, k),
    ...(advertisers && { advertisers: await best(advertisers, queries, k) }),
  }
}

async function stored(user: number, k: number): Promise<RetrievedForUser | undefined> {
  const found = service.askers.stored(user)
  if (!found) return undefined
  const { queries, encoded, advertisers: list } = found
  const { items, advertisers } = service
  return {
    encoded,
    items: await best(items, queries, k),
    ...(list
      ? { advertisers: { indices: list.ids.slice(0, k), scores: list.scores.slice(0, k) } }
      : advertisers && queries.vectors?.[advertisers.run] === undefined && encoded.seq > service.seq
        ? { advertisers: await best(advertisers, queries, k) }
        : {}),
  }
}

/** What is refused is an answer: a class does not survive being sent. */
async function orProblem<T>(work: () => Promise<T>): Promise<T | SentProblem> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) return error.sent()
    throw error
  }
}

const methods = {
  /** Opens the generation and warms its towers and its funnel, so that the first request is as fast as the others. */
  async open({ folder, config, generation }: RetrievalJob): Promise<RetrievalFacts> {
    service = await AdService.open(new Workspace(folder, readerOptions(config)), generation, (what, error) =>
      console.error(`adseq serve: ${what} failed: ${(error as Error).stack ?? String(error)}`),
    )
    const { asOf } = service.facts
    const first = { item: 0, advertiser: -1, type: 0, domain: 0, time: asOf }
    // towers have a program for every length of a history
    for (let n = 1; n <= MAX_HISTORY; n *= 2) await posted(Array<MadeUpEvent>(n).fill(first), asOf, 1)
    await service.warm()
    return service.facts
  },
  stored: ({ user, k }: { user: number; k: number }): Promise<RetrievedForUser | undefined> =>
    inTurn(() => stored(user, k)),
  posted: ({ history, moment, k }: { history: MadeUpEvent[]; moment: number; k: number }): Promise<Retrieved> =>
    inTurn(() => posted(history, moment, k)),
  about: ({ user }: { user: number }): AboutUser | undefined => service.about(user),
  neighbours: ({ item, k }: { item: number; k: number }): Promise<Scored & { exact: boolean }> =>
    inTurn(() => service.items.nearest(item, k)),
  encode: ({ user }: { user: number }): Promise<Encoded> => inTurn(() => service.encode(user)),
  ads: (question: AdsQuestion): Promise<SentAnswer | SentProblem> =>
    inTurn(() => orProblem(async () => sentAnswer(await service.ads(question)))),
}

export type RetrievalThread = typeof methods
serveThread(methods)
