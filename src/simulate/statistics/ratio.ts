import { momentsOf } from './moments.js'

/** An estimate with its standard error. */
export interface Estimate {
  value: number
  se: number
}

/**
 * A ratio of sums over users, such as spend by conversion: users are what is drawn, so the variance is that of their
 * linearised ratio (delta method: Deng, Knoblich & Lu 2018).
 * @param users which rows count @returns NaN where the denominator is 0
 */
export function ratioOf(
  numerator: ArrayLike<number>,
  denominator: ArrayLike<number>,
  users: ArrayLike<number>,
): Estimate {
  const { n, meanX, meanY, varX, varY, cov } = momentsOf(numerator, denominator, users)
  if (meanY === 0) return { value: NaN, se: NaN }
  const value = meanX / meanY
  const variance = (varX - 2 * value * cov + value * value * varY) / (n * meanY * meanY)
  return { value, se: Math.sqrt(Math.max(0, variance)) }
}

/** The difference of two independent estimates. */
export const differenceOf = (treatment: Estimate, control: Estimate): Estimate => ({
  value: treatment.value - control.value,
  se: Math.hypot(treatment.se, control.se),
})

/**
 * An interval of the lift treatment / control - 1 of two independent estimates (Fieller 1954): every lift L for which
 * treatment - (1 + L) control is within z standard errors of 0. So it leaves 0 out just where the difference is further
 * from 0 than that; the delta method would find a fall too easily, for where the treatment is small so is its error.
 * @returns undefined where the control is within z standard errors of 0 itself: then no lift can be left out
 */
export function liftInterval(treatment: Estimate, control: Estimate, z: number): [number, number] | undefined {
  const g = (z * control.se) ** 2 / control.value ** 2
  if (!(g < 1)) return undefined
  const ratio = treatment.value / control.value
  const spread = treatment.se ** 2 * (1 - g) + (ratio * control.se) ** 2
  const half = (z * Math.sqrt(spread)) / Math.abs(control.value)
  return [(ratio - half) / (1 - g) - 1, (ratio + half) / (1 - g) - 1]
}
