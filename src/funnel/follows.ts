import { DAY } from '../core/time.js'
import { conversionMask, type Snapshot } from '../features/snapshot.js'
import type { SparseMatrix } from '../features/sparse.js'
import { categoryOf } from '../protocol/catalog.js'
import { VISIT_GAP, matrixOf } from '../retrieve/baskets.js'

/** Conversions by which a category's counts are drawn towards those of all. */
const PRIOR = 20
/** Categories kept of what follows one: they are published with every generation. */
const KEPT = 200

/**
 * What is converted on after a visit that ended in a category: log of the share of conversions in each category over
 * that category's share after any visit. 0 is as often as after any visit.
 */
export interface Follows {
  /** [categories, categories] of those that were seen to follow */
  lift: SparseMatrix<Float32Array>
  /** [categories] of all others */
  rest: Float32Array
}

/** Counts visits up to t; a category that is converted on several times in the days after one counts once. */
export function countFollows(snapshot: Snapshot, t: number, days: number): Follows {
  const { users, offsets, eventItem, eventTime, eventType, categories } = snapshot
  const C = categories.length
  const counts = Array.from({ length: C }, () => new Map<number, number>())
  const [ofRow, ofColumn] = [new Float64Array(C), new Float64Array(C)]
  const countedIn = new Int32Array(C).fill(-1)
  let [visits, all] = [0, 0]
  const bought: { at: number; category: number }[] = []
  for (let user = 0; user < users; user++) {
    bought.length = 0
    for (let row = offsets[user]; row < offsets[user + 1] && eventTime[row] <= t; row++) {
      if (conversionMask[eventType[row]] === 0 || eventItem[row] < 0) continue
      const category = categoryOf(snapshot, eventItem[row])
      if (category >= 0) bought.push({ at: row, category })
    }
    let next = 0
    for (let row = offsets[user]; row < offsets[user + 1] && eventTime[row] <= t; row++) {
      const isLast = row + 1 === offsets[user + 1] || eventTime[row + 1] - eventTime[row] > VISIT_GAP
      const from = eventItem[row] < 0 ? -1 : categoryOf(snapshot, eventItem[row])
      if (!isLast || from < 0) continue
      visits++
      while (next < bought.length && bought[next].at <= row) next++
      for (let b = next; b < bought.length && eventTime[bought[b].at] <= eventTime[row] + days * DAY; b++) {
        const to = bought[b].category
        if (countedIn[to] === visits) continue
        countedIn[to] = visits
        counts[from].set(to, (counts[from].get(to) ?? 0) + 1)
        ofRow[from]++
        ofColumn[to]++
        all++
      }
    }
  }
  const lift = matrixOf(C, C, (from) => {
    const most = [...counts[from]].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, KEPT)
    const liftOf = (to: number, n: number): number => {
      const share = ofColumn[to] / all
      return Math.log((n + PRIOR * share) / (ofRow[from] + PRIOR) / share)
    }
    return new Map(most.sort((a, b) => a[0] - b[0]).map(([to, n]) => [to, liftOf(to, n)]))
  })
  return {
    lift: { ...lift, values: Float32Array.from(lift.values) },
    rest: Float32Array.from(ofRow, (n) => Math.log(PRIOR / (n + PRIOR))),
  }
}

/** Where nothing is known of what follows what. */
export function noFollows(categories: number): Follows {
  return {
    lift: {
      height: categories,
      width: categories,
      offsets: new Float64Array(categories + 1),
      columns: new Uint32Array(0),
      values: new Float32Array(0),
    },
    rest: new Float32Array(categories),
  }
}

/** The mean lift of every category after some, written to out [categories]. */
export function meanLift({ lift, rest }: Follows, after: readonly number[], out: Float32Array): void {
  const { offsets, columns, values } = lift
  let base = 0
  for (const from of after) base += rest[from]
  out.fill(after.length === 0 ? 0 : base / after.length)
  for (const from of after)
    for (let i = offsets[from]; i < offsets[from + 1]; i++) out[columns[i]] += (values[i] - rest[from]) / after.length
}
