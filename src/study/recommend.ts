import type { Difference } from '../evaluate/metrics.js'
import type { Level } from '../protocol/queries.js'
import type { Against } from './evaluation.js'

/** A trial of the front as the rule sees it. */
export interface Candidate {
  key: string
  run: string
  coverage: number
}

/** A level, and the K whose recall is looked at there. */
export interface Judged {
  level: Level
  at: string
}

export const RULE =
  'the most diverse point of the front whose recall is within one standard error of that of the best, users paired'

/**
 * Of the front, the point of highest coverage whose recall lies at most one standard error of the paired difference
 * below that of the best, at every level of `judged`; the best itself is always such a point. The one-standard-error
 * rule of model selection (Breiman et al. 1984, "Classification and Regression Trees", 3.4.3) with diversity in the
 * place of simplicity.
 * @param front of falling recall, the best first @param against recall minus that of the best, by key
 */
export function recommend(
  front: readonly Candidate[],
  against: Readonly<Record<string, Against>>,
  judged: readonly Judged[],
): Candidate {
  const [best, ...others] = front
  const level = (candidate: Candidate): boolean =>
    judged.every(({ level, at }) => reaches(against[candidate.key]?.[level], at))
  return others.filter(level).reduce((chosen, one) => (one.coverage > chosen.coverage ? one : chosen), best)
}

function reaches(difference: Difference | undefined, at: string): boolean {
  const interval = difference?.interval[at]
  return interval !== undefined && difference!.recall[at] + standardError(interval) >= 0
}

/** Of a central 95 % interval, were it a normal one. */
export const standardError = ([low, high]: readonly [number, number]): number => (high - low) / (2 * 1.96)
