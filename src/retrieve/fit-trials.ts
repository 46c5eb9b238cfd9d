import type { Contest, Parts } from './fit-contest.js'

/** recall at these, ascending, summed, is what fitting maximises */
export const FIT_AT = [10, 100]
const DEEPEST = Math.max(...FIT_AT)
/**
 * of the entries outside a history: one that ties with the last of these has a rank above DEEPEST (half of its equals
 * count)
 */
export const DEPTH = 2 * DEEPEST

/** Weights as BlendWeights has them. */
export interface Trial {
  own: number
  recent: number
  popularity: number
}

/** Adds to the hits of every trial, all of one popularity weight, what a query finds under it. */
export function addHits(
  { others, own, found }: Contest,
  popularity: number,
  trials: readonly (Trial & { hits: number[] })[],
): void {
  const rivals = mixed(others, popularity).sort().subarray(-DEPTH)
  // what is below the DEEPEST-th of them is above no entry that counts, and equal to none
  const floor = rivals.length < DEEPEST ? -Infinity : rivals[rivals.length - DEEPEST]
  const before = mixed(own, popularity)
  const outside = mixed(found, popularity)
  const scores = new Float32Array(before.length)
  const field = new Float32Array(rivals.length + before.length)
  for (const trial of trials) {
    field.set(rivals)
    let n = rivals.length
    for (let i = 0; i < before.length; i++) {
      // rounded as rows of scores are: equal entries must be equal
      scores[i] = before[i] + (trial.own * own.counts[i] + trial.recent * own.decayed[i])
      if (scores[i] >= floor) field[n++] = scores[i]
    }
    let within = n
    for (let k = FIT_AT.length - 1; k >= 0; k--) {
      const K = FIT_AT[k]
      // the best of a deeper K hold those of the next
      if (within > K) {
        partition(field, within, K)
        within = K
      }
      const last = lowest(field, within)
      for (let p = 0; p < outside.length; p++) {
        const score = found.place[p] < 0 ? outside[p] : scores[found.place[p]]
        if (score > last || (score === last && rankAmong(score, field, n) <= K)) trial.hits[k] += found.counts[p]
      }
    }
  }
}

function mixed({ base, logPopularity }: Parts, popularity: number): Float32Array {
  return base.map((x, i) => x + popularity * logPopularity[i])
}

/** Reorders the first n so that the K highest of them come first (quickselect). */
function partition(field: Float32Array, n: number, K: number): void {
  let [lo, hi] = [0, n - 1]
  while (lo < hi) {
    const pivot = field[(lo + hi) >>> 1]
    let [i, j] = [lo, hi]
    while (i <= j) {
      while (field[i] > pivot) i++
      while (field[j] < pivot) j--
      if (i <= j) {
        const x = field[i]
        field[i++] = field[j]
        field[j--] = x
      }
    }
    if (K - 1 <= j) hi = j
    else if (K - 1 >= i) lo = i
    else return
  }
}

function lowest(field: Float32Array, n: number): number {
  let least = Infinity
  for (let i = 0; i < n; i++) if (field[i] < least) least = field[i]
  return least
}

/** 1 + entries above + half of the other entries with an equal score, the entry itself being one of its equals. */
function rankAmong(score: number, field: Float32Array, n: number): number {
  let [above, equal] = [0, 0]
  for (let i = 0; i < n; i++) {
    if (field[i] > score) above++
    else if (field[i] === score) equal++
  }
  return 1 + above + (equal - 1) / 2
}
