/**
 * Logits to probabilities: isotonic regression (pool adjacent violators, Ayer et al. 1955) on rows that training has
 * not seen, between its steps linear in the logit.
 */
export class Calibration {
  /** @param logits [steps] ascending @param shares [steps] ascending, share of conversions there */
  constructor(
    readonly logits: Float32Array,
    readonly shares: Float32Array,
  ) {}

  /** The logistic function itself: what a well trained net needs no correction of. */
  static none(): Calibration {
    return new Calibration(new Float32Array(0), new Float32Array(0))
  }

  /**
   * @param logits [n] @param labels [n] 1 for a conversion @param weights [n] rows that each stands for
   * @returns none where there is no conversion to learn from
   */
  static fit(logits: ArrayLike<number>, labels: ArrayLike<number>, weights: ArrayLike<number>): Calibration {
    const order = Array.from({ length: logits.length }, (_, i) => i).sort((a, b) => logits[a] - logits[b])
    const pools: { weight: number; positives: number; sum: number }[] = []
    for (const i of order) {
      pools.push({ weight: weights[i], positives: weights[i] * labels[i], sum: weights[i] * logits[i] })
      for (let last = pools.length - 1; last > 0; last--) {
        const [a, b] = [pools[last - 1], pools[last]]
        if (a.positives / a.weight < b.positives / b.weight) break
        pools.splice(last - 1, 2, {
          weight: a.weight + b.weight,
          positives: a.positives + b.positives,
          sum: a.sum + b.sum,
        })
      }
    }
    if (!pools.some(({ positives }) => positives > 0)) return Calibration.none()
    const shares = Float32Array.from(pools, ({ positives, weight }) => positives / weight)
    // nothing is impossible because it has not happened yet, nor certain: half a row more, or half of the next step
    const last = shares.length - 1
    if (shares[0] === 0) shares[0] = Math.min(0.5 / (pools[0].weight + 1), (shares[1] ?? 1) / 2)
    if (shares[last] === 1)
      shares[last] = 1 - Math.min(0.5 / (pools[last].weight + 1), (1 - (shares[last - 1] ?? 0)) / 2)
    return new Calibration(
      Float32Array.from(pools, ({ sum, weight }) => sum / weight),
      shares,
    )
  }

  /** Strictly rises with the logit, so that an order by probability is the order by logit. */
  probability(logit: number): number {
    const { logits, shares } = this
    const n = logits.length
    if (n === 0) return sigmoid(logit)
    // beyond both ends and within a step the logit still decides
    if (logit <= logits[0]) return shares[0] * Math.exp(Math.min(0, logit - logits[0]))
    if (logit >= logits[n - 1]) return 1 - (1 - shares[n - 1]) * Math.exp(Math.min(0, logits[n - 1] - logit))
    let [lo, hi] = [0, n - 1]
    while (hi - lo > 1) {
      const mid = (lo + hi) >>> 1
      if (logits[mid] <= logit) lo = mid
      else hi = mid
    }
    const part = (logit - logits[lo]) / (logits[hi] - logits[lo])
    return shares[lo] + part * (shares[hi] - shares[lo])
  }
}

export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))
