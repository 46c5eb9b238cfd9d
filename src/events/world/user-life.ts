import { Rng } from '../../core/rng.js'
import { TIERS } from './catalog.js'
import type { EventTable } from './event-table.js'
import { Interests } from './interests.js'
import { offsiteVisit } from './offsite-visit.js'
import { onsiteVisit } from './onsite-visit.js'
import { Project } from './project.js'
import { STREAM } from './streams.js'
import type { UserState, World } from './user-state.js'
import { visitTimes } from './visit-times.js'

/** Appends all events of one user, in time order: a pure function of (world, user). */
export function liveUser(world: World, user: number, events: EventTable): void {
  const { knobs, seed } = world
  const rng = new Rng(seed, STREAM.user, user)
  const tier = rng.int(TIERS)
  const times = visitTimes(rng, knobs)
  if (times.length === 0) return
  const interests = new Interests(rng, knobs.themes, knobs.drift, times[0])
  const project = new Project(rng, interests.draw(), times[0])
  const state: UserState = { world, user, rng, tier, interests, project, postponed: [], accounts: new Set(), favourites: new Map(), events }
  for (const time of times) {
    interests.advance(time)
    // a project is given up with the interest it came from
    if (!interests.themes.includes(state.project.theme)) state.project = new Project(rng, interests.draw(), time)
    while (!state.project.advance(time)) state.project = new Project(rng, interests.draw(), time)
    if (rng.uniform() < knobs.onsiteShare) onsiteVisit(state, time)
    else offsiteVisit(state, time)
  }
}
