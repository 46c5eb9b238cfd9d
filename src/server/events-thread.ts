import { serveThread } from '../core/thread.js'
import { UserError, hasCode } from '../core/errors.js'
import { openStore } from '../store/open.js'
import { sqliteTrouble } from '../store/sqlite-trouble.js'
import type { Store } from '../store/store.js'
import type { BulkWriter, NewEvent } from '../store/writer.js'
import { Problem, type SentProblem } from './problem.js'

/** How long a post waits for another process that writes. */
const PATIENCE_MS = 2000
/** Seconds after which a post that could not be stored may be sent again. */
const RETRY_SECONDS = 2

/** Events of one user, as they are to be stored. */
export interface Post {
  /** external id; a new one makes a new user */
  user: string
  events: Omit<NewEvent, 'user'>[]
  /** Date.now() when it came in */
  since: number
}

/** What was stored, durably: ingest number of the last event, and the user's id. */
export interface Stored {
  seq: number
  user: number
}

/** What a user's history is encoded to by the runs of the generation that is served. */
export interface Encoded {
  user: number
  /** ingest number and moment (unix seconds) that it knows */
  seq: number
  asOf: number
  vectors: { run: string; vector: Float32Array }[]
  /** the best advertisers by store id, best first */
  list?: { run: string; advertisers: Int32Array; scores: Float32Array }
}

interface Waiting {
  write: () => Stored | Record<string, never>
  settle: (answer: Stored | Record<string, never> | SentProblem) => void
  fail: (error: unknown) => void
  since: number
}

let store: Store
let writer: BulkWriter
let queue: Waiting[] = []

/** What waits is written in one transaction, so that many posts cost one fsync. */
function enqueue<T extends Stored | Record<string, never>>(since: number, write: () => T): Promise<T | SentProblem> {
  if (queue.length === 0) setImmediate(flush)
  return new Promise((resolve, reject) =>
    queue.push({ write, settle: resolve as Waiting['settle'], fail: reject, since }),
  )
}

function flush(): void {
  const batch = queue
  queue = []
  try {
    store.setPatience(Math.max(0, PATIENCE_MS - (Date.now() - batch[0].since)))
    const answers = batch.map(({ write }) => write())
    writer.commit()
    batch.forEach(({ settle }, i) => settle(answers[i]))
  } catch (error) {
    const problem = problemOf(error)
    for (const { settle, fail } of batch)
      if (problem) settle(problem.sent())
      else fail(error)
    try {
      writer.rollback()
    } catch {
      // nothing was begun, or the disk is gone: the next transaction says so
    }
  }
}

/** Why nothing could be stored, where that passes; undefined: it is a fault of ours. */
function problemOf(error: unknown): Problem | undefined {
  // the writer tells of a lock as a mistake of the user's
  if (error instanceof UserError || hasCode(error, 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED'))
    return new Problem(
      503,
      'store_locked',
      'Another adseq command is writing to this workspace; nothing was stored.',
      `Send the same again in ${RETRY_SECONDS} s.`,
      RETRY_SECONDS,
    )
  const trouble = sqliteTrouble(error)
  if (trouble === undefined) return undefined
  return new Problem(503, 'store_unwritable', `Nothing was stored: ${trouble.message}`, trouble.hint, RETRY_SECONDS)
}

const methods = {
  open({ folder }: { folder: string }): void {
    store = openStore(folder, { durable: true })
    writer = store.writer()
  },
  /** Resolves when the events are on the disk. */
  append: ({ user, events, since }: Post): Promise<Stored | SentProblem> =>
    enqueue(since, () => {
      const id = writer.user(user)
      let seq = 0
      for (const event of events) seq = writer.event({ ...event, user: id })
      store.live.set(id, seq)
      return { seq, user: id }
    }),
  keep: ({ user, seq, asOf, vectors, list }: Encoded): Promise<Record<string, never> | SentProblem> =>
    enqueue(Date.now(), () => {
      writer.begin()
      for (const { run, vector } of vectors) store.putUserEmbeddings(run, asOf, seq, [user], vector)
      if (list) store.putCandidates(list.run, seq, [user], list.advertisers, list.scores)
      return {}
    }),
  close(): void {
    store.close()
  },
}

export type EventsThread = typeof methods
serveThread(methods)
