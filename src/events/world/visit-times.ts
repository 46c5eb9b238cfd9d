import type { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { prefixSums, drawIn } from './choice.js'
import type { WorldKnobs } from './knobs.js'

/** Relative activity by hour of the day (UTC): quiet at night, a bump at noon, a peak in the evening. */
const HOURS = prefixSums([2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 13, 12, 10, 10, 11, 13, 15, 18, 20, 18, 12, 6])
/** Users differ in activity log-normally with this deviation. */
export const ACTIVITY_SPREAD = 0.7
/** Share of the users that come during the first half of the span instead of being there from the start. */
export const NEWCOMERS = 0.2
/** Seconds between the starts of two visits at least. */
const APART = 3600

/** When a user comes into the world, in days from its start, and how many visits a day they make from then on. */
export function activityOf(rng: Rng, knobs: WorldKnobs): { first: number; rate: number } {
  const first = rng.uniform() < NEWCOMERS ? (rng.uniform() * knobs.days) / 2 : 0
  return {
    first,
    rate: (knobs.sessionsPerUser / knobs.days) * Math.exp(ACTIVITY_SPREAD * rng.normal() - ACTIVITY_SPREAD ** 2 / 2),
  }
}

/**
 * Starts of a user's visits in time order, unix seconds inside the span, at least an hour apart (no visit is longer): a
 * Poisson process over days, each visit at an hour of its day.
 * @param first days from the start of the span @param until unix seconds: none later is wanted
 */
export function visitTimes(rng: Rng, knobs: WorldKnobs, first: number, rate: number, until = Infinity): number[] {
  const times: number[] = []
  const last = Math.min(knobs.days, (until - knobs.start) / DAY + 1)
  for (let day = first; ;) {
    day += -Math.log(1 - rng.uniform()) / rate
    if (day >= last) break
    times.push(knobs.start + Math.floor(day) * DAY + drawIn(rng, HOURS, 0, 24) * 3600 + rng.int(3600))
  }
  times.sort((a, b) => a - b)
  for (let i = 1; i < times.length; i++) times[i] = Math.max(times[i], times[i - 1] + APART)
  const end = knobs.start + knobs.days * DAY
  return times.filter((time) => time < end && time <= until)
}
