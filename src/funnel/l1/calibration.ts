import { bestPlaces } from '../../core/best-places.js'

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
    const n = logits.length
    const falling = new Float64Array(n)
    for (let i = 0; i < n; i++) falling[i] = -logits[i]
    const order = bestPlaces(
      falling,
      Int32Array.from({ length: n }, (_, i) => i),
      n,
    )
    // pools so far: rows, conversions, and the sum of the logits
    const [weight, positives, sum] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
    let size = 0
    for (let o = 0; o < n; o++, size++) {
      const i = order[o]
      weight[size] = weights[i]
      positives[size] = weights[i] * labels[i]
      sum[size] = weights[i] * logits[i]
      for (; size > 0; size--) {
        const before = size - 1
        if (positives[before] / weight[before] < positives[size] / weight[size]) break
        weight[before] += weight[size]
        positives[before] += positives[size]
        sum[before] += sum[size]
      }
    }
    if (!positives.subarray(0, size).some((share) => share > 0)) return Calibration.none()
    const shares = Float32Array.from({ length: size }, (_, p) => positives[p] / weight[p])
    // nothing is impossible because it has not happened yet, nor certain: half a row more, or half of the next step
    const last = shares.length - 1
    if (shares[0] === 0) shares[0] = Math.min(0.5 / (weight[0] + 1), (shares[1] ?? 1) / 2)
    if (shares[last] === 1) shares[last] = 1 - Math.min(0.5 / (weight[last] + 1), (1 - (shares[last - 1] ?? 0)) / 2)
    return new Calibration(
      Float32Array.from({ length: size }, (_, p) => sum[p] / weight[p]),
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
