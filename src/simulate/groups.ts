import { DAY } from '../core/time.js'
import { conversionMask, historyEnd, type Snapshot } from '../features/snapshot.js'
import type { Groups } from './metrics.js'
import type { Outcomes } from './outcomes.js'

/** Days before the experiment whose conversions a user is known by (CUPED). */
const BEFORE_DAYS = 90
/** Users who asked for ads by now, by arm: whether they did does not depend on the arm. */
export function groups(split: Uint8Array, outcomes: Outcomes, covariate: Float64Array): Groups {
  const users = Int32Array.from(split.keys()).filter((user) => outcomes.requests[user] > 0)
  return {
    control: users.filter((user) => split[user] === 0),
    treatment: users.filter((user) => split[user] === 1),
    covariate,
  }
}

/** [users] conversions in the days before. */
export function conversionsBefore(snapshot: Snapshot, asOf: number): Float64Array {
  return Float64Array.from({ length: snapshot.users }, (_, user) => {
    let n = 0
    for (let row = historyEnd(snapshot, user, asOf) - 1; row >= snapshot.offsets[user]; row--) {
      if (snapshot.eventTime[row] <= asOf - BEFORE_DAYS * DAY) break
      n += conversionMask[snapshot.eventType[row]]
    }
    return n
  })
}
