import { bestPlaces } from '../../core/best-places.js'

/** Bins of the reliability plot. */
const BINS = 10

/** How probabilities fit what happened. */
export interface Reliability {
  rows: number
  positives: number
  /**
   * Cross entropy over that of always saying the mean share (He et al. 2014): 1 says nothing, lower is better; null
   * where nothing, or everything, was converted on.
   */
  normalisedEntropy: number | null
  /** expected calibration error: mean distance of predicted and seen share, over bins of equal size */
  calibrationError: number
  /** mean predicted over seen share: above 1 it promises too much; null where nothing was converted on */
  ratio: number | null
  /** by predicted probability, about equally many rows each */
  bins: { rows: number; predicted: number; seen: number }[]
}

/** Collects probabilities with what happened. */
export class ReliabilityCounter {
  private readonly predicted: number[] = []
  private readonly labels: number[] = []

  /** @param label 1 for a conversion */
  add(probability: number, label: number): void {
    this.predicted.push(probability)
    this.labels.push(label)
  }

  report(): Reliability {
    const { predicted, labels } = this
    const n = predicted.length
    const positives = labels.reduce((a, b) => a + b, 0)
    const share = positives / n
    const clamp = (p: number): number => Math.min(1 - 1e-12, Math.max(1e-12, p))
    let entropy = 0
    let mean = 0
    predicted.forEach((p, i) => {
      entropy -= labels[i] === 1 ? Math.log(clamp(p)) : Math.log(1 - clamp(p))
      mean += p / n
    })
    const base = -(share * Math.log(share) + (1 - share) * Math.log(1 - share))
    const order = bestPlaces(
      Float64Array.from(predicted, (p) => -p),
      Int32Array.from(predicted, (_, i) => i),
      n,
    )
    const parts = Math.min(BINS, n)
    const bins = Array.from({ length: parts }, (_, b) => {
      const rows = order.slice(Math.floor((b * n) / parts), Math.floor(((b + 1) * n) / parts))
      const of = (values: readonly number[]): number => rows.reduce((sum, i) => sum + values[i], 0) / rows.length
      return { rows: rows.length, predicted: of(predicted), seen: of(labels) }
    })
    return {
      rows: n,
      positives,
      normalisedEntropy: share > 0 && share < 1 ? entropy / n / base : null,
      calibrationError: bins.reduce((sum, { rows, predicted: p, seen }) => sum + (rows / n) * Math.abs(p - seen), 0),
      ratio: share > 0 ? mean / share : null,
      bins,
    }
  }
}
