import { Rng } from '../core/rng.js'

/**
 * Percentile bootstrap over users (Efron 1979) of ratios sum(hits) / sum(totals): users are drawn with replacement,
 * `samples` times, the same draws for every ratio and, with one seed, for every report row. Returns [low, high] of the
 * central `confidence` for each column of hits.
 * @param hits [columns][users] @param totals [users]
 * @throws when there are no samples or no users
 */
export function bootstrapRatios(
  hits: readonly Float64Array[],
  totals: Float64Array,
  samples: number,
  seed: number,
  confidence = 0.95,
): [number, number][] {
  const users = totals.length
  if (samples === 0 || users === 0) throw new Error('bootstrapRatios: no samples or no users')
  const rng = new Rng(seed, 0xb0)
  const ratios = hits.map(() => new Float64Array(samples))
  const sums = new Float64Array(hits.length)
  for (let s = 0; s < samples; s++) {
    let total = 0
    sums.fill(0)
    for (let i = 0; i < users; i++) {
      const user = rng.int(users)
      total += totals[user]
      for (let c = 0; c < hits.length; c++) sums[c] += hits[c][user]
    }
    for (let c = 0; c < hits.length; c++) ratios[c][s] = total > 0 ? sums[c] / total : 0
  }
  const tail = (1 - confidence) / 2
  return ratios.map((values) => {
    values.sort()
    return [percentile(values, tail), percentile(values, 1 - tail)]
  })
}

/** The share p of the way through sorted values, between neighbours linearly. */
export function percentile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(sorted.length - 1, low + 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}
