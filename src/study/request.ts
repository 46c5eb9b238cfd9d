import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { readAxes, type Axis } from './axes.js'
import { readBudget } from './budget.js'
import { CLAIMS, type ClaimId } from './claims.js'
import { PRESETS, type PresetName } from './presets.js'

export interface SweepFlags {
  over: readonly string[]
  preset?: PresetName
  trials?: number
  minutes?: string
  jobs: number
  seed: number
  name?: string
}

export interface SweepRequest {
  axes: Axis[]
  trials?: number
  seconds?: number
  jobs: number
  seed: number
  name?: string
}

/** What the flags of a sweep ask for. @throws UserError for what cannot be asked */
export function sweepRequest(
  kind: Kind,
  { over, preset, trials, minutes, jobs, seed, name }: SweepFlags,
): SweepRequest {
  const wanted = preset ?? (over.length === 0 ? 'diversity' : undefined)
  const kinds: readonly Kind[] | undefined = wanted && PRESETS[wanted].kinds
  if (kinds && !kinds.includes(kind))
    throw new UserError(
      `The preset ${wanted} is for the item model: the ${kind} model takes its negatives from the batch.`,
      `Choose another --preset, or name what to vary with --over.`,
    )
  checkName(name)
  const axes = readAxes([...(wanted ? PRESETS[wanted].over : []), ...over])
  return { axes, trials, seconds: minutes === undefined ? undefined : readBudget(minutes), jobs, seed, name }
}

/** @throws UserError unless the name makes a folder and nothing else */
export function checkName(name: string | undefined): void {
  if (name !== undefined && !/^[\w][\w.-]{0,63}$/.test(name))
    throw new UserError(
      `"${name}" is no name for a study.`,
      'Use up to 64 letters, digits, dots and dashes: --name weights-1',
    )
}

export interface ReproduceFlags {
  budget: string
  claims: readonly string[]
  seeds: number
  name?: string
}

/** The claims that are tested by experiments in generated worlds, not by trainings on the data of the workspace. */
export const ONLINE = 'online'

/** What the flags of a reproduction of the online claims ask for. @throws UserError for what cannot be asked */
export function onlineRequest({ budget, name }: Pick<ReproduceFlags, 'budget' | 'name'>): {
  seconds: number
  name?: string
} {
  checkName(name)
  return { seconds: readBudget(budget), name }
}

/** What the flags of a reproduction ask for. @throws UserError for what cannot be asked */
export function reproduceRequest({ budget, claims, seeds, name }: ReproduceFlags): {
  seconds: number
  claims: readonly ClaimId[]
  seeds: number
  name?: string
} {
  checkName(name)
  const unknown = claims.find((claim) => claim !== ONLINE && !CLAIMS.includes(claim as ClaimId))
  if (unknown !== undefined)
    throw new UserError(`There is no claim called ${unknown}.`, `Claims: ${[...CLAIMS, ONLINE].join(', ')}.`)
  if (claims.includes(ONLINE))
    throw new UserError(
      'The online claims make worlds of their own, the others train on the data of the workspace.',
      'Ask for them alone: --claims online.',
    )
  return { seconds: readBudget(budget), claims: claims.length > 0 ? (claims as ClaimId[]) : CLAIMS, seeds, name }
}
