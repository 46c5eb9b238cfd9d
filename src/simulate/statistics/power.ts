import { normalBelow, normalQuantile } from './normal.js'

/** What a test is to find, and how surely. */
export interface Aim {
  /** probability of a false finding, two-sided */
  alpha: number
  /** probability that a true effect is found */
  power: number
}

export const AIM: Aim = { alpha: 0.05, power: 0.8 }

/**
 * Users needed in each of two arms of one size to find a lift: 2 (z_(1 - alpha/2) + z_power)^2 (deviation / (mean
 * lift))^2, of a metric whose deviation is that of the control in both arms.
 */
export function usersForLift(mean: number, deviation: number, lift: number, { alpha, power }: Aim = AIM): number {
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power)
  return Math.ceil(2 * (z * (deviation / (mean * lift))) ** 2)
}

/** The least lift that so many users in each arm find. */
export function detectableLift(mean: number, deviation: number, users: number, { alpha, power }: Aim = AIM): number {
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power)
  return (z * deviation * Math.sqrt(2 / users)) / Math.abs(mean)
}

/** Probability that a lift is found with so many users in each arm. */
export function powerOf(mean: number, deviation: number, lift: number, users: number, alpha = AIM.alpha): number {
  const z = normalQuantile(1 - alpha / 2)
  const shift = (mean * lift) / (deviation * Math.sqrt(2 / users))
  return normalBelow(shift - z) + normalBelow(-shift - z)
}
