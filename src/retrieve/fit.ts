import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import type { Snapshot } from '../features/snapshot.js'
import { OwnHistory } from './own-history.js'
import { logPopularity } from './popularity.js'
import type { Level } from '../protocol/queries.js'
import type { BlendWeights } from './blend.js'
import { scoreRows, type Recommender } from './recommender.js'
import { ContestMaker, type Contest } from './fit-contest.js'
import { DEPTH, FIT_AT, addHits, type Trial } from './fit-trials.js'
import {
  evaluationSet,
  levelOf,
  sampleQueries,
  type EvaluationSet,
  type ProtocolOptions,
} from '../protocol/evaluation-set.js'

/** Users of the validation window that weights are fitted on. */
export const FIT_USERS = 256
/**
 * The coarse grid is refined around its best point: first by factors of 2, beyond its edges too, then by finer ones.
 */
const FIRST_STEP = 2
const LAST_STEP = 1.15
const MOST_PASSES = 5

/** Fitted weights, and where they come from. */
export interface Fitted extends BlendWeights {
  /** days of the popularity that was chosen; all time where absent */
  popularityDays?: number
  /** the validation window (from, to] they were fitted on, unix seconds */
  from: number
  to: number
  users: number
  /** recall over positives on that window */
  recall: Record<string, number>
}

/** The values tried first; of equal ones the first wins. An axis of one value stays there. */
export interface Grid {
  own: readonly number[]
  /** of the decayed own count */
  recent: readonly number[]
  popularity: readonly number[]
  /** days of popularity; undefined = all time */
  popularityDays: readonly (number | undefined)[]
}

export const CONTROL_GRID: Grid = {
  own: [0, 0.25, 0.5, 1, 2, 4, 8, 16],
  recent: [0],
  popularity: [1],
  popularityDays: [30, undefined],
}
export const RECENCY_CONTROL_GRID: Grid = {
  own: [0, 1, 4, 16],
  recent: [0, 1, 4, 16],
  popularity: [1],
  popularityDays: [30, undefined],
}
/** in units of cosine */
export const HYBRID_GRID: Grid = {
  own: [0, 0.05, 0.2, 0.8],
  recent: [0, 0.05, 0.2, 0.8],
  popularity: [0, 0.01, 0.05, 0.2],
  popularityDays: [30],
}

/**
 * The validation window (t - K, t] as an evaluation of its own, masked where the other is: nothing after t is seen.
 * @throws UserError when there is nothing to find in it at the first of the levels
 */
export function validationSet(snapshot: Snapshot, levels: readonly Level[], options: ProtocolOptions): EvaluationSet {
  const cutoff = options.cutoff - options.windowDays * DAY
  const set = sampleQueries(evaluationSet(snapshot, levels, { ...options, cutoff }), FIT_USERS, options.seed)
  if (!canFit(set, levels[0])) {
    throw new UserError(
      `No conversion of the validation window names a known ${levels[0]}.`,
      'Choose a later eval.cutoff or a longer eval.windowDays.',
    )
  }
  return set
}

/** The validation window, or why there is none. @throws any other fault */
export function validationOrWhy(
  snapshot: Snapshot,
  levels: readonly Level[],
  options: ProtocolOptions,
): EvaluationSet | string {
  try {
    return validationSet(snapshot, levels, options)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.message
  }
}

/** Is there anything to find at this level? */
export function canFit(set: EvaluationSet, level: Level): boolean {
  return levelOf(set, level).positives.some((entry) => entry >= 0)
}

interface Best {
  trial: Trial
  days: number | undefined
  hits: number[]
}

/**
 * Chooses the weights of control (without `base`) or hybrid by recall at 10 and 100 on the validation window: the best
 * of the grid, then the best of its neighbours again and again, in steps that grow finer, until none is better.
 * @param set of validationSet @param base the model's scores for the queries and the catalog of `set`
 */
export async function fitBlend(
  snapshot: Snapshot,
  set: EvaluationSet,
  level: Level,
  grid: Grid,
  base?: Recommender,
): Promise<Fitted> {
  const { cutoff, windowDays } = set.protocol
  const made = await arenas(snapshot, set, level, grid.popularityDays, base)
  let best = tryAll(made, grid)
  for (let step = FIRST_STEP, pass = 0; step > LAST_STEP && pass < MOST_PASSES; pass++) {
    const { trial, days } = best
    const around = (axis: keyof Trial): number[] => neighbours(trial[axis], grid[axis], step)
    const next = tryAll(
      made.filter((arena) => arena.days === days),
      { own: around('own'), recent: around('recent'), popularity: around('popularity') },
    )
    if (objective(next.hits) > objective(best.hits)) best = next
    else step = Math.sqrt(step)
  }
  const { own, recent, popularity } = best.trial
  const positives = levelOf(set, level).counts.reduce((a, b) => a + b, 0)
  return {
    own,
    ...(recent > 0 && { recent }),
    popularity,
    ...(best.days === undefined ? {} : { popularityDays: best.days }),
    from: cutoff,
    to: cutoff + windowDays * DAY,
    users: set.queries.users.length,
    recall: Object.fromEntries(FIT_AT.map((k, i) => [String(k), best.hits[i] / positives])),
  }
}

/** The value itself first, so that it stays where nothing is better; of an axis of one value that alone. */
function neighbours(value: number, axis: readonly number[], step: number): number[] {
  if (axis.length === 1) return [...axis]
  if (value > 0) return [value, value / step, value * step]
  return [0, Math.min(...axis.filter((x) => x > 0)) / step]
}

/** The queries of the window as contests, for popularity of so many days. */
interface Arena {
  days: number | undefined
  contests: Contest[]
}

/** Ranks every query once; from then on weights are tried on what can win. */
async function arenas(
  snapshot: Snapshot,
  set: EvaluationSet,
  level: Level,
  days: Grid['popularityDays'],
  base?: Recommender,
): Promise<Arena[]> {
  const levelSet = levelOf(set, level)
  const { catalog, offsets } = levelSet
  const { cutoff, history } = set.protocol
  const makers = days.map(
    (n) => new ContestMaker(levelSet, logPopularity(snapshot, catalog, cutoff, n), DEPTH, history === 'masked'),
  )
  const made = days.map((n): Arena => ({ days: n, contests: [] }))
  const own = new OwnHistory(catalog)
  const nothing: Pick<Recommender, 'score' | 'entries'> = {
    entries: catalog.size,
    score: (_queries, from, to, out) => void out.fill(0, 0, (to - from) * catalog.size),
  }
  await scoreRows(base ?? nothing, set.queries, (q, row) => {
    if (offsets[q] === offsets[q + 1]) return
    own.read(set.queries, q)
    makers.forEach((maker, i) => made[i].contests.push(maker.make(q, own, row)))
  })
  return made
}

function tryAll(arenas: readonly Arena[], grid: Omit<Grid, 'popularityDays'>): Best {
  const all = arenas.flatMap(({ days, contests }) =>
    grid.popularity.flatMap((popularity) => {
      const trials = grid.own.flatMap((own) =>
        grid.recent.map((recent): Trial & { hits: number[] } => ({
          own,
          recent,
          popularity,
          hits: FIT_AT.map(() => 0),
        })),
      )
      for (const contest of contests) addHits(contest, popularity, trials)
      return trials.map(({ hits, ...trial }): Best => ({ trial, days, hits }))
    }),
  )
  return all.reduce((a, b) => (objective(b.hits) > objective(a.hits) ? b : a))
}

const objective = (hits: number[]): number => hits.reduce((a, b) => a + b, 0)
