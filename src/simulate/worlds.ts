import { withThread, type Thread } from '../core/thread.js'
import type { Arm } from './arms.js'
import type { DayEnd } from './outcomes.js'
import type { WorldLog, WorldRequest, WorldThreadApi, WorldThreadData } from './world-thread.js'

/** A world to live, under a name. */
export interface WorldTask extends WorldRequest {
  name: string
}

/** How a world ended. */
export interface LivedWorld extends WorldLog {
  end: DayEnd
}

/**
 * Lives worlds, each in one thread from its first day to its last, so that how many threads there are changes nothing.
 * @param onDay told of every day of every world as it ends
 */
export async function liveWorlds(
  tasks: readonly WorldTask[],
  data: WorldThreadData,
  threads: number,
  onDay: (world: string, day: DayEnd) => void = () => {},
  signal?: AbortSignal,
): Promise<Map<string, LivedWorld>> {
  const done = new Map<string, LivedWorld>()
  const left = [...tasks]
  const work = async (thread: Thread<WorldThreadApi>): Promise<void> => {
    for (let task = left.shift(); task; task = left.shift()) {
      const { name, ...request } = task
      let end: DayEnd | undefined
      const log = await thread.ask('live', request, {
        signal,
        onEvent: (event) => onDay(name, (end = event as DayEnd)),
      })
      done.set(name, { end: end!, ...log })
    }
    await thread.ask('close')
  }
  const url = new URL('./world-thread', import.meta.url)
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, () => withThread(url, data, work)))
  return done
}

/** [users] everyone in one arm. */
export const everyoneIn = (arms: readonly Arm[], name: Arm['name'], users: number): Uint8Array =>
  new Uint8Array(users).fill(arms.findIndex((arm) => arm.name === name))
