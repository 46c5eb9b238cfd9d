/** A difference with its 95 % interval, positive where a statement is right. */
export interface Estimate {
  mean: number
  low: number
  high: number
  /** trainings of each side */
  seeds: number
}

export type Verdict = 'holds' | 'does not hold' | 'tie' | 'not enough budget' | 'cannot be tested'

/** One seed's difference, with the bootstrap interval over users where there is one. */
export interface Observed {
  difference: number
  users?: readonly [number, number]
}

/** Variance of a difference between trainings that differ in their seed only, pooled over statements. */
export interface SeedNoise {
  variance: number
  degrees: number
}

/**
 * Pooled within-group variance of differences, a group a statement: sum of squares over sum of (n - 1). Undefined
 * where no statement has two seeds.
 */
export function seedNoise(groups: readonly (readonly Observed[])[]): SeedNoise | undefined {
  let [squares, degrees] = [0, 0]
  for (const group of groups) {
    if (group.length < 2) continue
    const mean = average(group.map(({ difference }) => difference))
    for (const { difference } of group) squares += (difference - mean) ** 2
    degrees += group.length - 1
  }
  return degrees === 0 ? undefined : { variance: squares / degrees, degrees }
}

/**
 * The mean over seeds. Its interval has two parts, added as independent errors are: users (the bootstrap interval; all
 * seeds meet the same users, so it does not shrink with them) and trainings (t quantile * sd / root of the number of
 * seeds, the sd pooled over statements). Without known noise of trainings, the interval is that of users alone.
 * @throws without an observation; gives undefined where there is neither part
 */
export function estimate(observed: readonly Observed[], noise: SeedNoise | undefined): Estimate | undefined {
  if (observed.length === 0) throw new Error('estimate: nothing observed')
  const mean = average(observed.map(({ difference }) => difference))
  const paired = observed.flatMap(({ users, difference }) =>
    users ? [[difference - users[0], users[1] - difference]] : [],
  )
  if (paired.length < observed.length && (noise === undefined || observed.length < 2)) return undefined
  const half = (side: 0 | 1): number =>
    paired.length === observed.length ? average(paired.map((one) => one[side])) : 0
  const trainings = noise ? tQuantile(noise.degrees) * Math.sqrt(noise.variance / observed.length) : 0
  return {
    mean,
    low: mean - Math.hypot(half(0), trainings),
    high: mean + Math.hypot(half(1), trainings),
    seeds: observed.length,
  }
}

/** No more than the interval allows. */
export function verdict({ low, high }: Estimate): Verdict {
  return low > 0 ? 'holds' : high < 0 ? 'does not hold' : 'tie'
}

/**
 * Is the first gain surely there and surely larger than the second? Both intervals are kept apart, which is stricter
 * than an interval of their difference.
 */
export function flattens(first: Estimate, second: Estimate): Verdict {
  if (first.low > 0 && second.high < first.low) return 'holds'
  return second.low > first.high ? 'does not hold' : 'tie'
}

/** One verdict of those at several K: it holds where all do, and does not where any does not. */
export function overall(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('does not hold')) return 'does not hold'
  return verdicts.every((one) => one === verdicts[0]) ? verdicts[0] : 'tie'
}

const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086,
]

/**
 * The .975 quantile of Student's t: the table to 20 degrees of freedom, beyond them 1.96 + 2.4 / degrees (error below
 * .003).
 */
export const tQuantile = (degrees: number): number => T[degrees - 1] ?? 1.96 + 2.4 / degrees

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
