/**
 * Distribution function of the standard normal, to about 1e-15: by its series around 0, by the continued fraction of
 * the tail further out (Abramowitz & Stegun 26.2.11 and 26.2.14).
 */
export function normalBelow(z: number): number {
  if (Number.isNaN(z)) return NaN
  const x = Math.abs(z)
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  let above: number
  if (x < 3) {
    let [term, sum] = [x, x]
    for (let k = 3; term > sum * 1e-17; k += 2) sum += term *= (x * x) / k
    above = 0.5 - density * sum
  } else {
    let fraction = x
    for (let k = 80; k > 0; k--) fraction = x + k / fraction
    above = density / fraction
  }
  return z > 0 ? 1 - above : above
}

/** The z below which a share p of the standard normal lies; by bisection of `normalBelow`. @param p between 0 and 1 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new Error(`normalQuantile: ${p} is no share between 0 and 1`)
  if (p > 0.5) return -normalQuantile(1 - p)
  let [low, high] = [-40, 0]
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (normalBelow(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Probability of a difference at least so far from 0, in standard errors, where there is none. */
export const twoSided = (z: number): number => 2 * normalBelow(-Math.abs(z))
