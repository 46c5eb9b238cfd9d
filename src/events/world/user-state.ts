import { Rng } from '../../core/rng.js'
import type { Catalog } from './catalog.js'
import type { ItemChoice } from './choice.js'
import type { Demographics } from './demographics.js'
import type { EventTable } from './event-table.js'
import type { Interests } from './interests.js'
import type { WorldKnobs } from './knobs.js'
import type { Project } from './project.js'
import { STREAM } from './streams.js'
import { TRAIL_LENGTH } from './themes.js'

/** What does not change while a world is generated. */
export interface World {
  knobs: WorldKnobs
  seed: number
  catalog: Catalog
  choice: ItemChoice
  /** end of the span (exclusive), unix seconds */
  end: number
}

/** The state of one user while their events are made. */
export interface UserState {
  world: World
  user: number
  rng: Rng
  who: Demographics
  /** visits a day */
  rate: number
  interests: Interests
  project: Project
  /** items in the cart that they will buy at the next visit */
  postponed: number[]
  /** consumables that they will buy again at the first visit after they are used up */
  due: { item: number; time: number }[]
  /** advertisers they have an account with */
  accounts: Set<number>
  favourites: Map<number, readonly number[]>
  events: EventTable
}

/** Favourite advertisers of a user in a theme. */
export const FAVOURITES = 2

/**
 * The advertisers a user likes in a theme: drawn once, by popularity there among what they can pay; the same whenever
 * they are asked for.
 */
export function favouritesIn(state: UserState, theme: number): readonly number[] {
  let favourites = state.favourites.get(theme)
  if (favourites === undefined) {
    const { world, user, who } = state
    const rng = new Rng(world.seed, STREAM.favourite, user, theme)
    const { categoryStart, itemAdvertiser } = world.catalog
    const from = categoryStart[theme * TRAIL_LENGTH]
    const to = categoryStart[(theme + 1) * TRAIL_LENGTH]
    favourites = Array.from({ length: FAVOURITES }, () => itemAdvertiser[world.choice.suited(rng, from, to, who.tier)])
    state.favourites.set(theme, favourites)
  }
  return favourites
}
