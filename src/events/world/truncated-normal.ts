import type { Rng } from '../../core/rng.js'

/**
 * A standard normal draw given that it is above `least`: by rejection, from the normal itself below 0 and from a
 * shifted exponential above (Robert 1995, Simulation of truncated normal variables, section 2.1).
 */
export function normalAbove(rng: Rng, least: number): number {
  if (least <= 0) {
    for (;;) {
      const z = rng.normal()
      if (z > least) return z
    }
  }
  const rate = (least + Math.sqrt(least ** 2 + 4)) / 2
  for (;;) {
    const z = least - Math.log(1 - rng.uniform()) / rate
    if (rng.uniform() <= Math.exp(-((z - rate) ** 2) / 2)) return z
  }
}
