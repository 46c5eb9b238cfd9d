import { TRAIL_LENGTH } from './themes.js'
import type { UserState } from './user-state.js'

const CLICK_RATE = 0.3
/** Probability that the next item is of the category just looked at: engagement comes in clusters. */
const STAY = 0.65

/**
 * One visit to the platform itself: items of one interest in runs of a category, by onsite popularity, some clicked.
 * It knows nothing of projects, so it says what a user likes and what is alike, not what comes next.
 */
export function onsiteVisit(state: UserState, start: number): void {
  const { rng, world, user, interests, events } = state
  const { catalog, choice, knobs, end } = world
  const aimless = rng.uniform() < knobs.noise
  const theme = interests.draw()
  let category = theme * TRAIL_LENGTH + rng.int(TRAIL_LENGTH)
  let time = start
  for (let n = 4 + rng.int(5); n > 0; n--) {
    if (rng.uniform() >= STAY) category = theme * TRAIL_LENGTH + rng.int(TRAIL_LENGTH)
    const item = aimless ? choice.any(rng, 'onsite', time) : choice.engaged(rng, category, time)
    if (time < end) events.add(user, item, catalog.itemAdvertiser[item], 'view', 'onsite', time)
    time += 3 + rng.int(20)
    if (rng.uniform() < CLICK_RATE) {
      if (time < end) events.add(user, item, catalog.itemAdvertiser[item], 'click', 'onsite', time)
      time += 5 + rng.int(60)
    }
  }
}
