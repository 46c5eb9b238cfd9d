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
  private readonly nets: Readonly<Record<AdKind, Net>>

  constructor(
    /** names of the columns, in order */
    readonly features: readonly string[],
    readonly kinds: Readonly<Record<AdKind, RankerWeights>>,
  ) {
    this.nets = { shopping: new Net(kinds.shopping), standard: new Net(kinds.standard) }
  }

  /**
   * Probabilities of rows of features, by the kind of each. @param rows [n, features] @param kinds [n]
   */
  probabilities(rows: Float32Array, kinds: ArrayLike<AdKind>): Float32Array {
    const width = this.features.length
    const out = new Float32Array(kinds.length)
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i]
      out[i] = this.kinds[kind].calibration.probability(this.nets[kind].logit(rows, i * width))
    }
    return out
  }

  /**
   * The same for rows of other columns, in another order: those that it does not know weigh nothing.
   * @returns undefined where it reads a column that these rows do not have
   */
  for(columns: readonly string[]): LightRanker | undefined {
    const places = this.features.map((name) => columns.indexOf(name))
    if (places.includes(-1)) return undefined
    const spread = (weights: Float32Array, each: number): Float32Array => {
      const out = new Float32Array(columns.length * each)
      places.forEach((to, from) => out.set(weights.subarray(from * each, (from + 1) * each), to * each))
      return out
    }
    const of = (kind: AdKind): RankerWeights => {
      const weights = this.kinds[kind]
      return { ...weights, linear: spread(weights.linear, 1), hidden: spread(weights.hidden, weights.output.length) }
    }
    return new LightRanker(columns, { shopping: of('shopping'), standard: of('standard') })
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

/** Hidden units that are summed together: as many as stay in registers. */
const TOGETHER = 8

/** Weights laid out to be read row after row. */
export class Net {
  private readonly bias: number
  private readonly linear: Float64Array
  /** [features, hidden], hidden units filled up to a multiple of TOGETHER with ones that are always shut */
  private readonly hidden: Float64Array
  private readonly hiddenBias: Float64Array
  private readonly output: Float64Array
  private readonly columns: Int32Array

  constructor({ linear, bias, hidden, hiddenBias, output }: Omit<RankerWeights, 'calibration'>) {
    const [F, H] = [linear.length, output.length]
    const wide = Math.ceil(H / TOGETHER) * TOGETHER
    this.bias = bias
    this.linear = new Float64Array(linear)
    this.hidden = new Float64Array(F * wide)
    for (let f = 0; f < F; f++) this.hidden.set(hidden.subarray(f * H, (f + 1) * H), f * wide)
    this.hiddenBias = new Float64Array(wide)
    this.hiddenBias.set(hiddenBias)
    this.output = new Float64Array(wide)
    this.output.set(output)
    this.columns = new Int32Array(F)
  }

  /** The logit of the row of features that begins at `at`. */
  logit(rows: Float32Array, at: number): number {
    const { linear, hidden, hiddenBias, output, columns } = this
    const wide = output.length
    let z = this.bias
    // most columns of a candidate that the user has not dealt with are 0
    let n = 0
    for (let f = 0; f < linear.length; f++) {
      const x = rows[at + f]
      if (x === 0) continue
      columns[n++] = f
      z += linear[f] * x
    }
    for (let h = 0; h < wide; h += TOGETHER) {
      let [s0, s1, s2, s3] = [hiddenBias[h], hiddenBias[h + 1], hiddenBias[h + 2], hiddenBias[h + 3]]
      let [s4, s5, s6, s7] = [hiddenBias[h + 4], hiddenBias[h + 5], hiddenBias[h + 6], hiddenBias[h + 7]]
      for (let i = 0; i < n; i++) {
        const x = rows[at + columns[i]]
        const w = columns[i] * wide + h
        s0 += x * hidden[w]
        s1 += x * hidden[w + 1]
        s2 += x * hidden[w + 2]
        s3 += x * hidden[w + 3]
        s4 += x * hidden[w + 4]
        s5 += x * hidden[w + 5]
        s6 += x * hidden[w + 6]
        s7 += x * hidden[w + 7]
      }
      if (s0 > 0) z += s0 * output[h]
      if (s1 > 0) z += s1 * output[h + 1]
      if (s2 > 0) z += s2 * output[h + 2]
      if (s3 > 0) z += s3 * output[h + 3]
      if (s4 > 0) z += s4 * output[h + 4]
      if (s5 > 0) z += s5 * output[h + 5]
      if (s6 > 0) z += s6 * output[h + 6]
      if (s7 > 0) z += s7 * output[h + 7]
    }
    return z
  }
}
