import type { Config } from '../config/schema.js'
import { Thread } from '../core/thread.js'
import type { MadeUpEvent } from '../features/made-up-history.js'
import { markRead } from '../generations/prune.js'
import type { Generation } from '../store/generations.js'
import { pathsOf } from '../store/paths.js'
import type { AboutUser, AdsQuestion, SentAnswer } from './ads-answer.js'
import { received } from './problem.js'
import type { Encoded } from './events-thread.js'
import type { RetrievalThread } from './retrieval-thread.js'

/** Entries by index (store id - 1) and score, best first. */
export interface Scored {
  indices: Int32Array
  scores: Float32Array
}

export interface Retrieved {
  items: Scored
  /** absent where the generation has no advertiser run */
  advertisers?: Scored
}

/** What is retrieved for a stored user, and what their vector knows: ingest number, and moment in unix seconds. */
export interface RetrievedForUser extends Retrieved {
  encoded: { seq: number; asOf: number }
}

/** What a generation turned out to hold. */
export interface RetrievalFacts {
  /** items in its index */
  items: number
  /** unix seconds of the last event that its item vectors know of */
  asOf: number
  /** catalog entries that its towers can read: later ones of the store are unknown to it */
  known: { items: number; advertisers: number }
}

/** What one generation can answer. */
export interface Retrieval {
  readonly facts: RetrievalFacts
  /**
   * The k best items for a stored user (store id) by the published hybrid, and the advertisers stored for them.
   * Vector, history and lists are read at or below the generation's ingest number.
   * @returns undefined for a user without a vector
   */
  stored(user: number, k: number): Promise<RetrievedForUser | undefined>
  /** The same for any history, seen at `moment` (unix seconds) and encoded by the generation's user towers. */
  posted(history: MadeUpEvent[], moment: number, k: number): Promise<Retrieved>
  /** The ads for a user or a history. @throws Problem for a request that cannot be answered */
  ads(question: AdsQuestion): Promise<SentAnswer>
  /** What the generation knows of a user. @param user store id */
  about(user: number): Promise<AboutUser | undefined>
  /** The k items of nearest vectors. @param item index */
  neighbours(item: number, k: number): Promise<Scored & { exact: boolean }>
  /** A user's whole history by the runs of the generation, to be stored. @param user store id */
  encode(user: number): Promise<Encoded>
  /** true when it can answer no more (its thread died) */
  readonly dead: boolean
  /** calls back once, when it can answer no more */
  onEnd(watcher: () => void): void
  close(): Promise<void>
}

/** What opening a generation takes; can be sent to a thread. */
export interface RetrievalJob {
  /** the workspace */
  folder: string
  config: Config
  generation: Generation
}

/**
 * Opens a generation in so many threads, and resolves when they are warm: session.run and usearch block the
 * thread they run in, and requests must go on being accepted. Each holds the generation in memory, and a question goes
 * to the one with the fewest. When one of them dies none is asked any more: the generation is opened again.
 *
 * @throws UserError when a file of the generation or of its runs is missing, cut short or changed
 */
export async function startRetrieval(job: RetrievalJob, count = job.config.serve.threads): Promise<Retrieval> {
  const unmark = markRead(pathsOf(job.folder).index, job.generation.id)
  const threads = Array.from({ length: count }, () => ({
    thread: new Thread<RetrievalThread>(new URL('./retrieval-thread', import.meta.url)),
    asked: 0,
  }))
  const stop = async (): Promise<void> => void (await Promise.all(threads.map(({ thread }) => thread.stop())))
  const ended = (): number => threads.filter(({ thread }) => thread.ended !== undefined).length
  for (const { thread } of threads) thread.onEnd(() => ended() === count && unmark())
  try {
    const [facts] = await Promise.all(threads.map(({ thread }) => thread.ask('open', job)))
    const ask = async <M extends keyof RetrievalThread>(
      method: M,
      argument: Parameters<RetrievalThread[M]>[0],
    ): Promise<Awaited<ReturnType<RetrievalThread[M]>>> => {
      const chosen = threads.reduce((least, one) => (one.asked < least.asked ? one : least))
      chosen.asked++
      try {
        return await chosen.thread.ask(method, argument)
      } finally {
        chosen.asked--
      }
    }
    return {
      facts,
      get dead() {
        return ended() > 0
      },
      onEnd(watcher) {
        let told = false
        for (const { thread } of threads)
          thread.onEnd(() => {
            if (!told) watcher()
            told = true
          })
      },
      stored: (user, k) => ask('stored', { user, k }),
      posted: (history, moment, k) => ask('posted', { history, moment, k }),
      ads: async (question) => received(await ask('ads', question)),
      about: (user) => ask('about', { user }),
      neighbours: (item, k) => ask('neighbours', { item, k }),
      encode: (user) => ask('encode', { user }),
      close: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
