import type { AdsNow } from '../funnel/eligibility.js'
import type { Parts } from '../funnel/generators/generator.js'
import { Funnel, type FunnelRun } from '../funnel/funnel.js'
import { muted, type Arm, type Assignment } from './arms.js'
import { STAGES } from './outcomes.js'
import { Pacer } from './pacing.js'
import type { Setting } from './setting.js'

/** An arm while it is lived. */
export interface Side {
  arm: Arm
  /** made anew every night */
  funnel: Funnel
  pacer: Pacer
  now: AdsNow
  /** [generators][STAGES] */
  counts: Float64Array[]
  ms: number
  requests: number
  converting: Set<number>
}

/** The arms of a world, each with its funnel, and the budgets that it spends: its own, or those of all. */
export function sidesOf(setting: Setting, assignment: Assignment): Side[] {
  const { inventory } = setting
  const { arms, budgets } = assignment
  const pool = (share: number): { pacer: Pacer; now: AdsNow } => {
    const ads = { ...inventory, dailyBudget: inventory.dailyBudget.map((budget) => budget * share) }
    const pacer = new Pacer(ads)
    return { pacer, now: { inventory: ads, spent: pacer.spent } }
  }
  const pools = budgets === 'shared' ? [pool(1)] : arms.map(() => pool(1 / arms.length))
  return arms.map((arm, a) => {
    const funnel = funnelOf(setting, arm, setting.parts)
    return {
      arm,
      funnel,
      ...pools[budgets === 'shared' ? 0 : a],
      counts: funnel.generators.map(() => new Float64Array(STAGES.length)),
      ms: 0,
      requests: 0,
      converting: new Set<number>(),
    }
  })
}

/** The funnel of an arm over the tables of a night. */
export function funnelOf({ types, funnel, ranker }: Setting, arm: Arm, parts: Parts): Funnel {
  if (arm.ranked && !ranker) throw new Error(`${arm.name} is ranked, and there is no light ranker`)
  return new Funnel(parts, muted(types, arm.without), funnel, arm.ranked ? ranker : undefined)
}

const [FOUND, KEPT, HANDED_ON] = ['found', 'kept', 'handed on'].map((stage) => STAGES.findIndex((one) => one === stage))

/** Counts what generators found through the stages of the funnel. */
export function countFound({ counts }: Side, { candidates, result }: FunnelRun): void {
  const { offsets, generator } = candidates
  const add = (stage: number, candidate: number): void => {
    for (let i = offsets[candidate]; i < offsets[candidate + 1]; i++) counts[generator[i]][stage]++
  }
  for (let c = 0; c < candidates.ads.length; c++) add(FOUND, c)
  for (const c of result.kept) add(KEPT, c)
  for (const { candidate } of result.blended) add(HANDED_ON, candidate)
}

/** The generators that found an ad that was handed on. */
export function foundBy({ candidates: { ads, offsets, generator }, result }: FunnelRun, ad: number): number[] {
  const { candidate } = result.blended.find((one) => ads[one.candidate] === ad)!
  return [...generator.subarray(offsets[candidate], offsets[candidate + 1])]
}
