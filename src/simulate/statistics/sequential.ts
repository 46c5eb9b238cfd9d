/**
 * Half the width of an interval that holds at every look at once, in the unit of the standard error: the normal mixture
 * (Robbins 1970; for experiments Johari, Koomen, Pekelis & Walsh 2022; asymptotically for any distribution
 * Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024). With V the variance of the estimate at this look and t2 the
 * variance of the mixture: sqrt((V (V + t2) / t2) log((V + t2) / (V alpha^2))).
 * @param se standard error at this look @param mixture standard deviation of the mixture: the effect it is tightest for
 */
export function alwaysValidHalfWidth(se: number, mixture: number, alpha = 0.05): number {
  const [v, t2] = [se * se, mixture * mixture]
  if (v === 0) return 0
  return Math.sqrt(((v * (v + t2)) / t2) * Math.log((v + t2) / (v * alpha * alpha)))
}

/**
 * The standard deviation of the mixture for which the interval is about the tightest where the standard error is `se`:
 * se sqrt(-2 log alpha + log(1 - 2 log alpha)) (Waudby-Smith et al. 2024, appendix B.2).
 */
export const tightestMixture = (se: number, alpha = 0.05): number =>
  se * Math.sqrt(-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha)))
