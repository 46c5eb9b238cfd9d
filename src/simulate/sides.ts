import type { AdsNow } from '../funnel/eligibility.js'
import { Funnel, type FunnelRun } from '../funnel/funnel.js'
import { muted, type Arm, type Assignment } from './arms.js'
import { STAGES } from './outcomes.js'
import { Pacer } from './pacing.js'
import type { Setting } from './setting.js'

/** An arm while it is lived. */
export interface Side {
  arm: Arm
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
    const ranker = arm.ranked ? setting.ranker : undefined
    if (arm.ranked && !ranker) throw new Error(`${arm.name} is ranked, and there is no light ranker`)
    const funnel = new Funnel(setting.parts, muted(setting.types, arm.without), setting.funnel, ranker)
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

/** Counts what generators found through the stages. @returns the generators that found each ad handed on */
export function countFound({ counts }: Side, { candidates, result }: FunnelRun): Map<number, number[]> {
  const { offsets, generator } = candidates
  const foundBy = (candidate: number): Int32Array => generator.subarray(offsets[candidate], offsets[candidate + 1])
  const add = (stage: (typeof STAGES)[number], candidate: number): void => {
    for (const generator of foundBy(candidate)) counts[generator][STAGES.indexOf(stage)]++
  }
  for (let c = 0; c < candidates.ads.length; c++) add('found', c)
  for (const c of result.kept) add('kept', c)
  const found = new Map<number, number[]>()
  for (const { candidate } of result.blended) {
    add('handed on', candidate)
    found.set(candidates.ads[candidate], [...foundBy(candidate)])
  }
  return found
}
