import { TRAIL_LENGTH } from './themes.js'
import type { UserState } from './user-state.js'

const CLICK_RATE = 0.3
/** Probability that the next item is of the category just looked at; else it is of a neighbour on the trail. */
export const ONSITE_STAY = 0.65
/** Share of the visits that begin with a search. */
export const SEARCH_RATE = 0.3

/**
 * One visit to the platform itself: items of one interest by onsite popularity, some clicked, strolling from category
 * to neighbouring category, either way alike: it says what they like and what lies close together (the engagement graph
 * learns the trails from it), not which way they goes. It may begin with a search, for the present stage of their
 * project where they follow one (orderDependence); the event's item is the result shown first, its category what was
 * searched.
 */
export function onsiteVisit(state: UserState, start: number): void {
  const { rng, world, user, interests, project, events } = state
  const { catalog, choice, knobs, end } = world
  const aimless = rng.uniform() < knobs.noise
  let time = start
  let first = interests.draw(start) * TRAIL_LENGTH + rng.int(TRAIL_LENGTH)
  const seen = (item: number, type: 'view' | 'click' | 'search'): void => {
    if (time < end) events.add(user, item, catalog.itemAdvertiser[item], type, 'onsite', time)
  }
  const next = (category: number): number =>
    aimless ? choice.any(rng, 'onsite', time) : choice.engaged(rng, category, time)
  if (rng.uniform() < SEARCH_RATE) {
    if (rng.uniform() < knobs.orderDependence) first = project.category(0)
    seen(next(first), 'search')
    time += 2 + rng.int(8)
  }
  const theme = Math.floor(first / TRAIL_LENGTH)
  let place = first % TRAIL_LENGTH
  for (let n = 4 + rng.int(5); n > 0; n--) {
    if (rng.uniform() >= ONSITE_STAY) place = (place + (rng.uniform() < 0.5 ? 1 : TRAIL_LENGTH - 1)) % TRAIL_LENGTH
    const item = next(theme * TRAIL_LENGTH + place)
    seen(item, 'view')
    time += 3 + rng.int(20)
    if (rng.uniform() < CLICK_RATE) {
      seen(item, 'click')
      time += 5 + rng.int(60)
    }
  }
}
