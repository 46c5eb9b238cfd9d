import { RankCounter } from '../ann/exact.js'
import { UserError } from '../core/errors.js'
import type { Snapshot } from '../features/snapshot.js'
import type { BlendWeights } from '../retrieve/blend.js'
import type { Catalog } from '../retrieve/catalog.js'
import { OwnHistory } from '../retrieve/own-history.js'
import { logPopularity } from '../retrieve/popularity.js'
import type { Level, Retriever } from '../retrieve/types.js'
import { forEachRow, levelOf } from './measure.js'
import { evaluationSet, sampleQueries, type EvaluationSet, type ProtocolOptions } from './protocol.js'
import type { Fitted } from './report.js'

/** Users of the validation window that weights are fitted on: enough for two digits, in about a second. */
export const FIT_USERS = 256
/** recall at these, summed, is what fitting maximises */
const FIT_AT = [10, 100]
const DAY = 86_400

/** The values tried; of equal ones the first wins. */
export interface Grid {
  own: readonly number[]
  popularity: readonly number[]
  /** days of popularity; undefined = all time */
  popularityDays: readonly (number | undefined)[]
}

export const CONTROL_GRID: Grid = { own: [0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16], popularity: [1], popularityDays: [30, undefined] }
/** in units of cosine */
export const HYBRID_GRID: Grid = { own: [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6], popularity: [0, 0.005, 0.01, 0.02, 0.05, 0.1], popularityDays: [30] }

/**
 * The validation window (t - K, t] as an evaluation of its own: nothing after t is looked at.
 * @throws UserError when there is nothing to find in it
 */
export function validationSet(snapshot: Snapshot, level: Level, options: ProtocolOptions): EvaluationSet {
  const cutoff = options.cutoff - options.windowDays * DAY
  const set = sampleQueries(evaluationSet(snapshot, [level], { ...options, cutoff, history: 'kept' }), FIT_USERS, options.seed)
  if (!levelOf(set, level).positives.some((entry) => entry >= 0)) {
    throw new UserError(`No conversion of the validation window names a known ${level}.`, 'Choose a later eval.cutoff or a longer eval.windowDays.')
  }
  return set
}

/**
 * Chooses the weights of control (without `base`) or hybrid by recall at 10 and 100 on the validation window.
 * @param set of validationSet @param base the model's scores for the queries and the catalog of `set`
 */
export async function fitBlend(snapshot: Snapshot, set: EvaluationSet, level: Level, grid: Grid, base?: Retriever): Promise<Fitted> {
  const { cutoff, windowDays } = set.protocol
  const { catalog } = levelOf(set, level)
  const trials = grid.popularityDays.flatMap((days) => {
    const popularity = logPopularity(snapshot, catalog, cutoff, days)
    return grid.popularity.map((weight) => ({ days, weight, popularity, hits: grid.own.map(() => FIT_AT.map(() => 0)) }))
  })
  const scorer = new TrialScorer(snapshot, set, level)
  await forEachRow(set, base ?? nothing(catalog), (q, row) => {
    for (const trial of trials) scorer.add(q, row, trial.popularity, trial.weight, grid.own, trial.hits)
  })
  const positives = levelOf(set, level).counts.reduce((a, b) => a + b, 0)
  let best: { weights: BlendWeights; days: number | undefined; hits: number[] } | undefined
  for (const { days, weight, hits } of trials) {
    grid.own.forEach((own, i) => {
      if (!best || objective(hits[i]) > objective(best.hits)) best = { weights: { own, popularity: weight }, days, hits: hits[i] }
    })
  }
  if (!best) throw new Error('fitBlend: an empty grid')
  const recall = Object.fromEntries(FIT_AT.map((k, i) => [String(k), best!.hits[i] / positives]))
  return {
    ...best.weights,
    ...(best.days === undefined ? {} : { popularityDays: best.days }),
    from: cutoff, to: cutoff + windowDays * DAY, users: set.queries.users.length, recall,
  }
}

const objective = (hits: number[]): number => hits.reduce((a, b) => a + b, 0)

/** Scores one row under many weights without copying it for each. */
class TrialScorer {
  private readonly row: Float32Array
  private readonly ranks: Float64Array
  private readonly own: OwnHistory
  private readonly ranker = new RankCounter(Math.max(...FIT_AT))

  constructor(snapshot: Snapshot, private readonly set: EvaluationSet, private readonly level: Level) {
    const { catalog, positives } = levelOf(set, level)
    this.row = new Float32Array(catalog.size)
    this.ranks = new Float64Array(positives.length)
    this.own = new OwnHistory(snapshot, catalog)
  }

  /** Adds the hits of base + weight * popularity + own * log(1 + own count) for every `own`. */
  add(query: number, base: Float32Array, popularity: Float32Array, weight: number, owns: readonly number[], hits: number[][]): void {
    const { offsets, positives, counts } = levelOf(this.set, this.level)
    const { row, ranks } = this
    const mine = positives.subarray(offsets[query], offsets[query + 1])
    if (mine.length === 0) return
    for (let e = 0; e < row.length; e++) row[e] = base[e] + weight * popularity[e]
    const history = this.own.read(this.set.queries.users[query], this.set.queries.ends[query])
    const before = Float32Array.from(history.entries.subarray(0, history.size), (e) => row[e])
    owns.forEach((own, w) => {
      for (let i = 0; i < history.size; i++) row[history.entries[i]] = before[i] + own * Math.log1p(history.count(history.entries[i]))
      this.ranker.count(row, mine, ranks)
      for (let p = 0; p < mine.length; p++) FIT_AT.forEach((k, i) => ranks[p] <= k && (hits[w][i] += counts[offsets[query] + p]))
    })
  }
}

/** A base that says nothing. */
function nothing(catalog: Catalog): Retriever {
  return { name: 'nothing', kind: 'baseline', level: catalog.level, entries: catalog.size, score: (_queries, from, to, out) => void out.fill(0, 0, (to - from) * catalog.size) }
}
