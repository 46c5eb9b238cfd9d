import { TRAIL_LENGTH } from './themes.js'
import type { UserState } from './user-state.js'

const CLICK_RATE = 0.3
/** Probability that the next item is of the category just looked at; else it is of a neighbour on the trail. */
const STAY = 0.65

/**
 * One visit to the platform itself: items of one interest by onsite popularity, some clicked, strolling from category
 * to neighbouring category, either way alike. It knows nothing of the user's project, so it says what he likes and what
 * lies close together (the engagement graph learns the trails from it), not which way he goes.
 */
export function onsiteVisit(state: UserState, start: number): void {
  const { rng, world, user, interests, events } = state
  const { catalog, choice, knobs, end } = world
  const aimless = rng.uniform() < knobs.noise
  const theme = interests.draw()
  let place = rng.int(TRAIL_LENGTH)
  let time = start
  for (let n = 4 + rng.int(5); n > 0; n--) {
    if (rng.uniform() >= STAY) place = (place + (rng.uniform() < 0.5 ? 1 : TRAIL_LENGTH - 1)) % TRAIL_LENGTH
    const item = aimless ? choice.any(rng, 'onsite', time) : choice.engaged(rng, theme * TRAIL_LENGTH + place, time)
    if (time < end) events.add(user, item, catalog.itemAdvertiser[item], 'view', 'onsite', time)
    time += 3 + rng.int(20)
    if (rng.uniform() < CLICK_RATE) {
      if (time < end) events.add(user, item, catalog.itemAdvertiser[item], 'click', 'onsite', time)
      time += 5 + rng.int(60)
    }
  }
}
