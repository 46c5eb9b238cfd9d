import { availableParallelism } from 'node:os'
import { Thread } from '../../core/thread.js'
import type { ChunkThread } from './chunk-thread.js'
import type { EventColumns } from './event-table.js'
import type { WorldKnobs } from './knobs.js'
import type { World } from './user-state.js'
import { worldEvents } from './world.js'

/** Events of a chunk, about: what is held at once is a few of them. */
const CHUNK_EVENTS = 10_000
/** Events of a visit, about. */
const VISIT_EVENTS = 8
/** Chunks a thread has made or is making beyond the one that is awaited. */
const AHEAD = 2
/** A world of fewer users is made sooner than a thread has started. */
const WORTH_A_THREAD = 2000

/** Users [from, to) and all their events, user by user, each in order of time. */
export interface Chunk {
  from: number
  to: number
  events: EventColumns
}

/** Users [from, to). */
export interface ChunkRequest {
  from: number
  to: number
}

/** Users a chunk: a function of the knobs alone, so that a generation may go on with another number of threads. */
export function chunkUsers({ sessionsPerUser }: WorldKnobs): number {
  return Math.min(5000, Math.max(1, Math.round(CHUNK_EVENTS / (VISIT_EVENTS * sessionsPerUser))))
}

/** Threads worth having beside the one that writes; 0 = none. */
export function defaultWorkers({ users }: WorldKnobs): number {
  return users < WORTH_A_THREAD ? 0 : Math.max(1, Math.min(4, availableParallelism() - 1))
}

/**
 * All chunks of a world in order of user, the same whatever the number of threads that make them: thread n makes the
 * chunks n, n + workers, ... Memory holds a few chunks a thread.
 * @param workers threads; 0 = the caller's own
 */
export async function* worldChunks(world: World, workers: number): AsyncGenerator<Chunk, void> {
  const { knobs, seed } = world
  const size = chunkUsers(knobs)
  const chunks = Math.ceil(knobs.users / size)
  const range = (n: number): ChunkRequest => ({ from: n * size, to: Math.min(knobs.users, (n + 1) * size) })
  if (workers === 0) {
    for (let n = 0; n < chunks; n++) {
      await turn()
      const { from, to } = range(n)
      yield { from, to, events: worldEvents(world, from, to) }
    }
    return
  }
  const far = new URL('./chunk-thread', import.meta.url)
  const threads = Array.from({ length: Math.min(workers, chunks) }, () => new Thread<ChunkThread>(far, { knobs, seed }))
  const made: Promise<EventColumns>[] = []
  const ask = (n: number): void => {
    const events = threads[n % threads.length].ask('make', range(n))
    // a failure is thrown when its turn comes
    events.catch(() => undefined)
    made.push(events)
  }
  try {
    for (let n = 0; n < Math.min(chunks, threads.length * AHEAD); n++) ask(n)
    for (let n = 0; n < chunks; n++) {
      await turn()
      const events = await made.shift()!
      const later = n + threads.length * AHEAD
      if (later < chunks) ask(later)
      yield { ...range(n), events }
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()))
  }
}

/** Lets signals in between chunks. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
