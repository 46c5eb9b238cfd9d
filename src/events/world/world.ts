import { hashJson } from '../../core/hash.js'
import { DAY } from '../../core/time.js'
import { makeCatalog } from './catalog.js'
import { ItemChoice } from './choice.js'
import { EventTable } from './event-table.js'
import { checkKnobs, type WorldKnobs } from './knobs.js'
import { liveUser } from './user-life.js'
import type { World } from './user-state.js'

/** Changes whenever the same knobs and seed would give other events. */
const WORLD_VERSION = 2

/** The world of (knobs, seed), its catalog made, nobody living in it yet. @throws UserError for impossible knobs */
export function makeWorld(knobs: WorldKnobs, seed: number): World {
  checkKnobs(knobs)
  const catalog = makeCatalog(knobs, seed)
  return { knobs, seed, catalog, choice: new ItemChoice(catalog), end: knobs.start + knobs.days * DAY }
}

/** Names a world: two worlds of one name have the same events. 16 hex characters. */
export function worldHash(knobs: WorldKnobs, seed: number): string {
  return hashJson({ version: WORLD_VERSION, knobs, seed })
}

/**
 * The events of users [from, to), in order of user. Every user has their own random stream, so that splitting the range
 * or taking it in another order gives the same events.
 */
export function worldEvents(world: World, from = 0, to = world.knobs.users): EventTable {
  const events = new EventTable()
  for (let user = from; user < to; user++) liveUser(world, user, events)
  return events
}
