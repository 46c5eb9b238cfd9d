import { readSafetensors, writeSafetensors, type NamedArray } from '../../core/safetensors.js'
import type { AdKind } from '../../ads/inventory.js'
import { Calibration } from './calibration.js'

/** A trained ranker of one kind of ads: logit = x linear + relu(x hidden + b) output + bias. */
export interface RankerWeights {
  /** [features] */
  linear: Float32Array
  bias: number
  /** [features, hidden] */
  hidden: Float32Array
  hiddenBias: Float32Array
  /** [hidden] */
  output: Float32Array
  calibration: Calibration
}

/**
 * The light ranker (L1): for each kind of ads a small net over the features of a candidate, calibrated to the
 * probability that the user converts on what the ad promotes within the window.
 */
export class LightRanker {
  constructor(
    /** names of the columns, in order */
    readonly features: readonly string[],
    readonly kinds: Readonly<Record<AdKind, RankerWeights>>,
  ) {}

  /**
   * Probabilities of rows of features, by the kind of each. @param rows [n, features] @param kinds [n]
   */
  probabilities(rows: Float32Array, kinds: ArrayLike<AdKind>): Float32Array {
    const width = this.features.length
    const out = new Float32Array(kinds.length)
    const sums = new Float64Array(this.kinds.shopping.output.length)
    for (let i = 0; i < kinds.length; i++) {
      const weights = this.kinds[kinds[i]]
      out[i] = weights.calibration.probability(logit(weights, rows, i * width, sums))
    }
    return out
  }

  save(path: string, metadata: Record<string, string> = {}): void {
    const arrays: Record<string, NamedArray> = {}
    for (const [kind, { bias, calibration, ...weights }] of Object.entries(this.kinds)) {
      for (const [name, data] of Object.entries(weights)) arrays[`${kind}.${name}`] = { shape: [data.length], data }
      arrays[`${kind}.bias`] = { shape: [1], data: Float64Array.of(bias) }
      arrays[`${kind}.calibration.logits`] = { shape: [calibration.logits.length], data: calibration.logits }
      arrays[`${kind}.calibration.shares`] = { shape: [calibration.shares.length], data: calibration.shares }
    }
    writeSafetensors(path, arrays, { ...metadata, features: JSON.stringify(this.features) })
  }

  /** @throws UserError when the file is missing or damaged */
  static load(path: string): LightRanker {
    const { arrays, metadata } = readSafetensors(path)
    const features = JSON.parse(metadata.features ?? '[]') as string[]
    const of = (kind: AdKind): RankerWeights => {
      const get = (name: string): Float32Array => arrays[`${kind}.${name}`].data as Float32Array
      return {
        linear: get('linear'),
        bias: get('bias')[0],
        hidden: get('hidden'),
        hiddenBias: get('hiddenBias'),
        output: get('output'),
        calibration: new Calibration(get('calibration.logits'), get('calibration.shares')),
      }
    }
    return new LightRanker(features, { shopping: of('shopping'), standard: of('standard') })
  }
}

/** The logit of the row that begins at `at`. @param sums [hidden] room to work in */
export function logit(
  { linear, bias, hidden, hiddenBias, output }: Omit<RankerWeights, 'calibration'>,
  rows: Float32Array,
  at: number,
  sums = new Float64Array(output.length),
): number {
  const [F, H] = [linear.length, output.length]
  sums.set(hiddenBias)
  let z = bias
  for (let f = 0; f < F; f++) {
    const x = rows[at + f]
    // most columns of a candidate that the user has not dealt with are 0
    if (x === 0) continue
    z += linear[f] * x
    for (let h = 0, w = f * H; h < H; h++, w++) sums[h] += x * hidden[w]
  }
  for (let h = 0; h < H; h++) if (sums[h] > 0) z += sums[h] * output[h]
  return z
}
