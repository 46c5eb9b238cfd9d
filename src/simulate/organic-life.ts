import { EventTable } from '../events/world/event-table.js'
import { STREAM } from '../events/world/streams.js'
import type { StoredWorld } from '../events/world/stored-world.js'
import { liveOn, liveUser } from '../events/world/user-life.js'
import { wantsOf, type Wants } from '../events/world/wants.js'
import { Rng } from '../core/rng.js'
import { DAY } from '../core/time.js'

/** A visit, at the beginning of which ads are asked for. */
export interface Visit {
  /** index of the user in the snapshot */
  user: number
  /** unix seconds */
  time: number
  wants: Wants
}

/** What a user does of their own, in order of time; items and advertisers by index, -1 = none. */
export interface OwnEvents {
  item: Int32Array
  advertiser: Int32Array
  type: Uint8Array
  domain: Uint8Array
  /** unix seconds */
  time: Float64Array
}

/** How the users of a world live on from a moment, with no ad in the world: the same in every world compared. */
export interface OrganicLife {
  /** in order of time */
  visits: Visit[]
  /** [users] */
  own: OwnEvents[]
}

/**
 * Lives all users on in (from, to] by the laws of the world, each on a stream of their own.
 * @param from their state is as of this moment, and users who had not come by then stay away
 * @param first visits before it are lived, but ask for no ads
 */
export function liveOrganically(
  { world, users }: StoredWorld,
  seed: number,
  { from, first, to }: { from: number; first: number; to: number },
): OrganicLife {
  const { start } = world.knobs
  // the laws go on beyond the span that the world was made for
  const longer = { ...world, knobs: { ...world.knobs, days: Math.ceil((to - start) / DAY) + 1 }, end: to + DAY }
  const visits: Visit[] = []
  const scratch = new EventTable()
  const own = Array.from(users, (number, user): OwnEvents => {
    const state = liveUser(world, number, scratch, from)
    scratch.length = 0
    if (state)
      liveOn({ ...state, world: longer }, from, to, new Rng(seed, STREAM.onward, number), scratch, (now, time) => {
        if (time >= first) visits.push({ user, time, wants: wantsOf(now, time) })
      })
    const { length } = scratch
    return {
      item: scratch.item.slice(0, length),
      advertiser: scratch.advertiser.slice(0, length),
      type: scratch.type.slice(0, length),
      domain: scratch.domain.slice(0, length),
      time: Float64Array.from(scratch.time.subarray(0, length)),
    }
  })
  visits.sort((a, b) => a.time - b.time || a.user - b.user)
  return { visits, own }
}
