import { UserError } from '../core/errors.js'
import type { Snapshot } from '../features/snapshot.js'
import { Blend } from '../retrieve/blend.js'
import { CoVisitation } from '../retrieve/co-visitation.js'
import { ease } from '../retrieve/ease.js'
import { NearestUsers } from '../retrieve/nearest-users.js'
import { OwnRepeats } from '../retrieve/own-history.js'
import { PopularityRetriever, logPopularity } from '../retrieve/popularity.js'
import type { Level, Retriever } from '../retrieve/types.js'
import { CONTROL_GRID, RECENCY_CONTROL_GRID, fitBlend } from './fit.js'
import { levelOf } from './measure.js'
import type { EvaluationSet } from './protocol.js'
import type { Fitted } from './report.js'

/** Baselines that are slow on large data and stand in the table when asked for. */
export const ON_REQUEST = ['ease', 'nearest-users'] as const
export type OnRequest = (typeof ON_REQUEST)[number]

/** A baseline, built when its turn comes: some hold much memory. */
export interface Entrant {
  make: () => Retriever
  fitted?: Fitted
}

/**
 * The baselines of one level, in the order of the table: control (and with what was bought lately), EASE and nearest
 * users (on request), own repeats, co-visitation, popularity. Everything they know ends at the cutoff.
 * @param fitOn histories of the validation, where they are not the same snapshot's
 * @param validation where the control's weight is fitted; without it (no conversions there) there is no control
 */
export async function baselines(
  snapshot: Snapshot,
  set: EvaluationSet,
  level: Level,
  validation: EvaluationSet | undefined,
  requested: readonly OnRequest[],
  fitOn = snapshot,
): Promise<Entrant[]> {
  const t = set.protocol.cutoff
  const { catalog } = levelOf(set, level)
  const entrants: Entrant[] = []
  if (validation) {
    for (const [name, grid] of [
      ['control', CONTROL_GRID],
      ['control with recency', RECENCY_CONTROL_GRID],
    ] as const) {
      const fitted = await fitBlend(fitOn, validation, level, grid)
      entrants.push({
        fitted,
        make: () =>
          new Blend(
            name,
            'baseline',
            snapshot,
            catalog,
            logPopularity(snapshot, catalog, t, fitted.popularityDays),
            fitted,
            undefined,
            t,
          ),
      })
    }
  }
  if (requested.includes('ease')) entrants.push({ make: () => ease(snapshot, catalog, t) })
  if (requested.includes('nearest-users')) entrants.push({ make: () => new NearestUsers(snapshot, catalog, t) })
  entrants.push(
    { make: () => new OwnRepeats(snapshot, catalog, t) },
    { make: () => new CoVisitation(snapshot, catalog, t) },
    { make: () => new PopularityRetriever(snapshot, catalog, t, 30) },
    { make: () => new PopularityRetriever(snapshot, catalog, t) },
  )
  return entrants
}

/** @throws UserError for a name that is none of ON_REQUEST */
export function requestedBaselines(names: readonly string[]): OnRequest[] {
  return names.map((name) => {
    const known = ON_REQUEST.find((one) => one === name)
    if (!known)
      throw new UserError(
        `There is no baseline on request called ${name}.`,
        `Use ${ON_REQUEST.join(' or ')}; the others are always in the table.`,
      )
    return known
  })
}
