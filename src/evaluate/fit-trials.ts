import { TopK } from '../ann/exact.js'
import type { Snapshot } from '../features/snapshot.js'
import { OwnHistory } from '../retrieve/own-history.js'
import type { Level } from '../retrieve/types.js'
import { levelOf } from './measure.js'
import type { EvaluationSet, LevelSet } from './protocol.js'

/** recall at these, summed, is what fitting maximises */
export const FIT_AT = [10, 100]
const DEEPEST = Math.max(...FIT_AT)

/** Weights as BlendWeights has them. */
export interface Trial {
  own: number
  recent: number
  popularity: number
}

/**
 * Scores the rows of users under many weights. Weights of the own history move only the entries of that history, so
 * the others are ranked once for all of them: the best 2 * DEEPEST are enough, for an entry that ties with the last of
 * these has a rank above DEEPEST (half of its equals count).
 */
export class TrialScorer {
  private readonly level: LevelSet
  private readonly row: Float32Array
  private readonly skip: Uint8Array
  private readonly own: OwnHistory
  private readonly top: TopK
  private query = -1
  private counts = new Float64Array(0)
  private decayed = new Float64Array(0)
  private scores = new Float32Array(0)

  constructor(snapshot: Snapshot, private readonly set: EvaluationSet, level: Level) {
    this.level = levelOf(set, level)
    const { catalog } = this.level
    this.row = new Float32Array(catalog.size)
    this.skip = new Uint8Array(catalog.size)
    this.own = new OwnHistory(snapshot, catalog, set.protocol.cutoff)
    this.top = new TopK(Math.min(2 * DEEPEST, catalog.size), set.protocol.seed)
  }

  /** Turns to a query's history. @returns whether there is anything to find for it */
  open(query: number): boolean {
    const { offsets } = this.level
    this.query = query
    if (offsets[query] === offsets[query + 1]) return false
    const own = this.own.read(this.set.queries.users[query], this.set.queries.ends[query])
    const entries = own.entries.subarray(0, own.size)
    this.counts = Float64Array.from(entries, (e) => Math.log1p(own.count(e)))
    this.decayed = Float64Array.from(entries, (e) => Math.log1p(own.decayedCount(e)))
    this.scores = new Float32Array(own.size)
    return true
  }

  /** Adds to the hits of every trial, all of one popularity weight, what the open query has under it. */
  add(base: Float32Array, logPopularity: Float32Array, popularity: number, trials: readonly (Trial & { hits: number[] })[]): void {
    const { row, skip, own, scores } = this
    for (let e = 0; e < row.length; e++) row[e] = base[e] + popularity * logPopularity[e]
    const entries = own.entries.subarray(0, own.size)
    for (const e of entries) skip[e] = 1
    const others = this.top.scores.subarray(0, this.top.select(row, skip))
    for (const e of entries) skip[e] = 0
    const before = Float32Array.from(entries, (e) => row[e])
    // what is not above the DEEPEST-th of the others is above no entry that counts
    const floor = others.length < DEEPEST ? -Infinity : others[DEEPEST - 1]
    const { counts, decayed } = this
    for (const trial of trials) {
      let strong = 0
      for (let i = 0; i < entries.length; i++) {
        // rounded as the row is: equal entries must be equal
        const score = Math.fround(before[i] + (trial.own * counts[i] + trial.recent * decayed[i]))
        row[entries[i]] = score
        if (score > floor) scores[strong++] = score
      }
      this.count(others, scores.subarray(0, strong).sort(), trial.hits)
    }
  }

  private count(others: Float32Array, own: Float32Array, hits: number[]): void {
    const { offsets, positives, counts } = this.level
    for (let p = offsets[this.query]; p < offsets[this.query + 1]; p++) {
      if (positives[p] < 0) continue
      const rank = rankAmong(this.row[positives[p]], others, own)
      for (let i = 0; i < FIT_AT.length; i++) if (rank <= FIT_AT[i]) hits[i] += counts[p]
    }
  }
}

/**
 * 1 + entries above + half of the other entries with an equal score; Infinity past the deepest K.
 * @param others descending @param own ascending: those of the history above the last of the others that counts
 */
function rankAmong(score: number, others: Float32Array, own: Float32Array): number {
  const above = firstAtMost(others, score)
  if (above >= DEEPEST) return Infinity
  let equal = 0
  for (let k = above; k < others.length && others[k] === score; k++) equal++
  let [lo, hi] = [0, own.length]
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (own[mid] > score) hi = mid
    else lo = mid + 1
  }
  for (let k = lo - 1; k >= 0 && own[k] === score; k--) equal++
  // the entry itself is one of its equals
  return 1 + above + (own.length - lo) + (equal - 1) / 2
}

/** How many of the descending scores are above x. */
function firstAtMost(descending: Float32Array, x: number): number {
  let [lo, hi] = [0, descending.length]
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (descending[mid] > x) lo = mid + 1
    else hi = mid
  }
  return lo
}
