import { parentPort, workerData } from 'node:worker_threads'
import type { ChunkRequest } from './chunks.js'
import type { EventColumns } from './event-table.js'
import type { WorldKnobs } from './knobs.js'
import { makeWorld, worldEvents } from './world.js'

const { knobs, seed } = workerData as { knobs: WorldKnobs; seed: number }
const world = makeWorld(knobs, seed)

parentPort!.on('message', ({ from, to }: ChunkRequest) => {
  const table = worldEvents(world, from, to)
  const { length } = table
  // copies of the used part: the rest of a grown column is not sent
  const [user, item, advertiser] = [
    table.user.slice(0, length),
    table.item.slice(0, length),
    table.advertiser.slice(0, length),
  ]
  const [type, domain, time] = [table.type.slice(0, length), table.domain.slice(0, length), table.time.slice(0, length)]
  const events: EventColumns = { length, user, item, advertiser, type, domain, time }
  parentPort!.postMessage(
    events,
    [user, item, advertiser, type, domain, time].map(({ buffer }) => buffer),
  )
})
