import type { Rng } from '../../core/rng.js'

/** Countries that users live in and advertisers come from, and their shares of both. */
export const COUNTRIES = ['US', 'DE', 'GB', 'FR', 'BR'] as const
export const COUNTRY_SHARES = [0.45, 0.22, 0.15, 0.12, 0.06] as const

/** Index of a country, by its share. */
export const drawCountry = (rng: Rng): number => pickShare(rng, COUNTRY_SHARES)

/** Index i with probability shares[i]; what rounding leaves over goes to the last. */
export function pickShare(rng: Rng, shares: readonly number[]): number {
  let x = rng.uniform()
  let i = 0
  while (i < shares.length - 1 && x >= shares[i]) x -= shares[i++]
  return i
}
