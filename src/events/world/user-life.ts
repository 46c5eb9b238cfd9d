import { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { demographicsOf } from './demographics.js'
import type { EventTable } from './event-table.js'
import { Interests } from './interests.js'
import { offsiteVisit, passOffsiteVisit } from './offsite-visit.js'
import { onsiteVisit } from './onsite-visit.js'
import { Project } from './project.js'
import { STREAM } from './streams.js'
import type { UserState, World } from './user-state.js'
import { activityOf, visitTimes } from './visit-times.js'

/**
 * Lives one user's life, up to a moment where one is given, appending its events in time order: a pure function of
 * (world, user). Visits that begin by `until` are lived to their end.
 * @returns where it left them; undefined when they have not come by then
 */
export function liveUser(world: World, user: number, events: EventTable, until = Infinity): UserState | undefined {
  const { knobs, seed } = world
  const rng = new Rng(seed, STREAM.user, user)
  const who = demographicsOf(seed, user)
  const { first, rate } = activityOf(rng, knobs)
  const times = visitTimes(rng, knobs, first, rate)
  if (times.length === 0 || times[0] > until) return undefined
  const interests = new Interests(rng, knobs, who, times[0])
  const project = new Project(rng, interests.draw(times[0]), times[0])
  const state: UserState = {
    world,
    user,
    rng,
    who,
    rate,
    interests,
    project,
    postponed: [],
    due: [],
    accounts: new Set(),
    favourites: new Map(),
    events,
  }
  for (const time of times) {
    if (time > until) break
    arrive(state, time)
    if (rng.uniform() < knobs.onsiteShare) onsiteVisit(state, time)
    else offsiteVisit(state, time)
  }
  return state
}

/**
 * One possible future of a user in (now, to]: the state goes on by the laws of the world, with randomness of its own.
 * Nothing that the world has already drawn for after `now` is used, but when what they have bought will be used up.
 * @param events where the future's events go; emptied first
 * @param before called before every visit, with the state in which they arrive
 */
export function liveOn(
  from: UserState,
  now: number,
  to: number,
  rng: Rng,
  events: EventTable,
  before: (state: UserState, time: number) => void,
): void {
  const { world } = from
  const { knobs } = world
  events.length = 0
  const state: UserState = { ...forked(from, now, rng), events, accounts: new Set(from.accounts) }
  // from midnight of the present day; what lies before `now` is past
  for (const time of visitTimes(rng, knobs, Math.floor((now - knobs.start) / DAY), from.rate)) {
    if (time <= now) continue
    if (time > to) break
    arrive(state, time)
    before(state, time)
    if (rng.uniform() < knobs.onsiteShare) onsiteVisit(state, time)
    else offsiteVisit(state, time)
  }
}

/**
 * A possible future as `liveOn` draws it, but of a visit only what it does to interests and project is drawn, no event.
 * @param before called before every visit, with the state in which they arrive
 */
export function foresee(
  from: UserState,
  now: number,
  to: number,
  rng: Rng,
  before: (state: UserState, time: number) => void,
): void {
  const { knobs } = from.world
  const state = forked(from, now, rng)
  // from midnight of the present day; what lies before `now` is past
  for (const time of visitTimes(rng, knobs, Math.floor((now - knobs.start) / DAY), from.rate, to)) {
    if (time <= now) continue
    arrive(state, time)
    before(state, time)
    if (rng.uniform() >= knobs.onsiteShare) passOffsiteVisit(state, time)
  }
}

/** Interests and project as they are at this moment. */
function arrive(state: UserState, time: number): void {
  const { interests, rng } = state
  interests.advance(time)
  // a project is given up with the interest it came from
  if (!interests.themes.includes(state.project.theme)) state.project = new Project(rng, interests.draw(time), time)
  while (!state.project.advance(time)) state.project = new Project(rng, interests.draw(time), time)
}

/** A state that goes on from a moment with randomness of its own, and leaves the one it is of as it was. */
const forked = (from: UserState, now: number, rng: Rng): UserState => ({
  ...from,
  rng,
  interests: from.interests.fork(rng, now),
  project: from.project.fork(rng, now),
  postponed: from.postponed.slice(),
  due: from.due.slice(),
})
