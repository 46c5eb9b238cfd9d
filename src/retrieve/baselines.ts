import { UserError } from '../core/errors.js'
import type { Snapshot } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import { levelOf, type EvaluationSet } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { Blend } from './blend.js'
import { CoVisitation } from './co-visitation.js'
import { ease } from './ease.js'
import { Elsa } from './elsa.js'
import { CONTROL_GRID, RECENCY_CONTROL_GRID, fitBlend, type Fitted, type Grid } from './fit.js'
import { NearestUsers } from './nearest-users.js'
import { OwnRepeats } from './own-history.js'
import { PopularityRecommender, logPopularity } from './popularity.js'
import type { Recommender } from './recommender.js'
import { DueRepeats, repeatGroups } from './repeat-times.js'
import { TifuKnn } from './tifu-knn.js'
import { UpCf } from './up-cf.js'

/** What a baseline is made of. Everything that it knows ends at t. */
export interface Ground {
  snapshot: Snapshot
  catalog: Catalog
  /** unix seconds */
  t: number
  /** the window in which conversions count */
  windowDays: number
  /** the window before t, with what is to be found in it; absent where nothing can be fitted */
  validation?: EvaluationSet
  /** the snapshot of the validation's histories, where it is another one */
  validatedOn?: Snapshot
}

/** A baseline that is ready to recommend, and how it was fitted, where it has weights. */
export interface Made {
  recommender: Recommender
  fitted?: Fitted
}

export interface Baseline {
  /** as flags name it */
  name: string
  summary: string
  /** takes long on large data: made when it is asked for */
  slow?: boolean
  /** its weights are fitted on the validation window: without one it cannot be made */
  fitted?: boolean
  make(ground: Ground): Made | Promise<Made>
}

const plain =
  (make: (snapshot: Snapshot, catalog: Catalog, t: number) => Recommender) =>
  ({ snapshot, catalog, t }: Ground): Made => ({ recommender: make(snapshot, catalog, t) })

/** Log popularity and the user's own history, with weights fitted on the window before: no model. */
const control =
  (name: string, grid: Grid) =>
  async ({ snapshot, catalog, t, validation, validatedOn = snapshot }: Ground): Promise<Made> => {
    if (!validation) throw new Error(`${name} needs a validation window`)
    const fitted = await fitBlend(validatedOn, validation, catalog.level, grid)
    const popularity = logPopularity(snapshot, catalog, t, fitted.popularityDays)
    return { fitted, recommender: new Blend(name, 'baseline', catalog, popularity, fitted) }
  }

/** Every baseline, in the order of the table. */
export const BASELINES: readonly Baseline[] = [
  {
    name: 'control',
    summary: 'log popularity and own history, weights fitted on the window before',
    fitted: true,
    make: control('control', CONTROL_GRID),
  },
  {
    name: 'control-recency',
    summary: 'the same, with own history counted more where it is recent',
    fitted: true,
    make: control('control with recency', RECENCY_CONTROL_GRID),
  },
  { name: 'ease', summary: 'closed-form linear item-item model (Steck 2019)', slow: true, make: plain(ease) },
  {
    name: 'elsa',
    summary: 'the same linear model by item vectors, a user being the sum of theirs (Vančura et al. 2022)',
    slow: true,
    make: plain((snapshot, catalog, t) => new Elsa(snapshot, catalog, t)),
  },
  {
    name: 'nearest-users',
    summary: 'neighbours by history, with recency',
    slow: true,
    make: plain((snapshot, catalog, t) => new NearestUsers(snapshot, catalog, t)),
  },
  {
    name: 'tifu-knn',
    summary: 'what the user and near ones put into baskets, late ones more (Hu et al. 2020)',
    slow: true,
    make: plain((snapshot, catalog, t) => new TifuKnn(snapshot, catalog, t)),
  },
  {
    name: 'up-cf',
    summary: 'what is in the last baskets of similar users (Faggioli et al. 2020)',
    slow: true,
    make: plain((snapshot, catalog, t) => new UpCf(snapshot, catalog, t)),
  },
  {
    name: 'own-repeats',
    summary: 'what the user dealt with most often',
    make: plain((_, catalog) => new OwnRepeats(catalog)),
  },
  {
    name: 'due-repeats',
    summary: 'what the user dealt with, by when it is due again',
    make: ({ snapshot, catalog, t, windowDays }) => ({
      recommender: new DueRepeats(snapshot, catalog, repeatGroups(snapshot, catalog), t, windowDays),
    }),
  },
  {
    name: 'co-visitation',
    summary: 'what stands near the last events in histories',
    make: plain((snapshot, catalog, t) => new CoVisitation(snapshot, catalog, t)),
  },
  {
    name: 'popularity-30',
    summary: 'conversions of the last 30 days',
    make: plain((snapshot, catalog, t) => new PopularityRecommender(snapshot, catalog, t, 30)),
  },
  {
    name: 'popularity',
    summary: 'conversions of all time',
    make: plain((snapshot, catalog, t) => new PopularityRecommender(snapshot, catalog, t)),
  },
]

/**
 * The baselines of a table: all that are quick, and the slow ones that are named.
 * @throws UserError for a name that no slow baseline has
 */
export function tableOf(names: readonly string[]): readonly Baseline[] {
  const slow = BASELINES.filter((one) => one.slow)
  const unknown = names.find((name) => !slow.some((one) => one.name === name))
  if (unknown !== undefined)
    throw new UserError(
      `There is no baseline on request called ${unknown}.`,
      `Use ${slow.map(({ name }) => name).join(', ')}; the others are always in the table.`,
    )
  return BASELINES.filter((one) => !one.slow || names.includes(one.name))
}

/** @throws UserError when there is none of that name */
export function baselineNamed(name: string): Baseline {
  const found = BASELINES.find((one) => one.name === name)
  if (!found)
    throw new UserError(`There is no baseline ${name}.`, `Baselines: ${BASELINES.map((one) => one.name).join(', ')}.`)
  return found
}

/** What a baseline of one level of an evaluation is made of. @param validation where there is anything to fit on */
export function groundOf(snapshot: Snapshot, set: EvaluationSet, level: Level, validation?: EvaluationSet): Ground {
  const { cutoff, windowDays } = set.protocol
  return { snapshot, catalog: levelOf(set, level).catalog, t: cutoff, windowDays, validation }
}
