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

/** A difference of two independent estimates as a share of the second. */
export interface Lift {
  lift: number
  se: number
}

/**
 * treatment / control - 1 by the delta method: Var = (se_t^2 + (t / c)^2 se_c^2) / c^2.
 * @returns NaN where the control is 0
 */
export function liftOf(treatment: Estimate, control: Estimate): Lift {
  if (control.value === 0) return { lift: NaN, se: NaN }
  const ratio = treatment.value / control.value
  return {
    lift: ratio - 1,
    se: Math.sqrt(treatment.se ** 2 + (ratio * control.se) ** 2) / Math.abs(control.value),
  }
}
