import { handOver, serveThread, threadData } from '../../core/thread.js'
import type { ChunkRequest } from './chunks.js'
import type { EventColumns } from './event-table.js'
import type { WorldKnobs } from './knobs.js'
import { makeWorld, worldEvents } from './world.js'

const { knobs, seed } = threadData<{ knobs: WorldKnobs; seed: number }>()
const world = makeWorld(knobs, seed)

const methods = {
  make({ from, to }: ChunkRequest): EventColumns {
    const table = worldEvents(world, from, to)
    const { length } = table
    // copies of the used part: the rest of a grown column is not sent
    const [user, item, advertiser] = [table.user, table.item, table.advertiser].map((ids) => ids.slice(0, length))
    const [type, domain] = [table.type, table.domain].map((codes) => codes.slice(0, length))
    const time = table.time.slice(0, length)
    const events: EventColumns = { length, user, item, advertiser, type, domain, time }
    return handOver(events, [user, item, advertiser, type, domain, time])
  },
}

export type ChunkThread = typeof methods
serveThread(methods)
