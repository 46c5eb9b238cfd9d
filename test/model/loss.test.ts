import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { sampledSoftmaxLoss, type LogQ } from '../../src/model/loss.js'

interface Example {
  cosines: number[][]
  tau: number
  weights: number[]
  logq: number[]
  mask: number[][]
}

/** Two rows, four candidates: columns 0 and 1 are the rows' positives, 3 is masked for row 1. */
const EXAMPLE: Example = {
  cosines: [
    [0.9, 0.2, -0.4, 0.1],
    [0.3, 0.5, 0.7, -0.8],
  ],
  tau: 0.25,
  weights: [1, 0.5],
  logq: [-1, 0.5, -2, 0.25],
  mask: [
    [1, 1, 1, 1],
    [1, 1, 1, 0],
  ],
}

function loss(e: Example, logq: LogQ): number {
  return tf.tidy(() => {
    const inputs = {
      'row.weight': tf.tensor1d(e.weights),
      'candidate.logq': tf.tensor1d(e.logq),
      mask: tf.tensor2d(e.mask),
    }
    return sampledSoftmaxLoss(tf.tensor2d(e.cosines), tf.tensor1d([e.tau]), inputs, logq).dataSync()[0]
  })
}

/** The formula of the docstring, term by term. */
function byHand(e: Example, aPos: number, aNeg: number): number {
  let sum = 0
  for (let r = 0; r < e.weights.length; r++) {
    const s = e.cosines[r].map((c) => c / e.tau)
    const positive = s[r] - aPos * e.logq[r]
    let total = Math.exp(positive)
    for (let j = 0; j < s.length; j++) if (j !== r && e.mask[r][j] === 1) total += Math.exp(s[j] - aNeg * e.logq[j])
    sum += e.weights[r] * (Math.log(total) - positive)
  }
  return sum / e.weights.reduce((a, b) => a + b, 0)
}

describe('sampled softmax loss', () => {
  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0.75, 0.25],
    [-1, 1],
  ])('follows the formula with a_pos = %d, a_neg = %d', (positive, negative) => {
    expect(loss(EXAMPLE, { positive, negative })).toBeCloseTo(byHand(EXAMPLE, positive, negative), 5)
  })

  it('is this number, worked out on paper', () => {
    // one row, s = (2, 1), log Q = (log 2, log 4), weights (1, 1): l = (2 - log 2, 1 - log 4)
    // -log softmax at the positive = log(1 + exp(1 - log 4 - 2 + log 2)) = log(1 + 1 / (2 e))
    const e = { cosines: [[1, 0.5]], tau: 0.5, weights: [3], logq: [Math.log(2), Math.log(4)], mask: [[1, 1]] }
    expect(loss(e, { positive: 1, negative: 1 })).toBeCloseTo(Math.log(1 + 1 / (2 * Math.E)), 6)
  })

  it('lets a frequent positive weigh less and a frequent negative weigh less', () => {
    const none = loss(EXAMPLE, { positive: 0, negative: 0 })
    const likelier = { ...EXAMPLE, logq: EXAMPLE.logq.map((q, j) => (j < 2 ? q + 3 : q)) }
    // a_pos subtracts log Q from the positive: more Q, lower l(p), higher loss
    expect(loss(likelier, { positive: 1, negative: 0 })).toBeGreaterThan(loss(EXAMPLE, { positive: 1, negative: 0 }))
    const commonNegatives = { ...EXAMPLE, logq: EXAMPLE.logq.map((q, j) => (j >= 2 ? q + 3 : q)) }
    expect(loss(commonNegatives, { positive: 0, negative: 1 })).toBeLessThan(
      loss(EXAMPLE, { positive: 0, negative: 1 }),
    )
    expect(loss(likelier, { positive: 0, negative: 0 })).toBeCloseTo(none, 6)
  })

  it("keeps the row's own positive in the denominator whatever the mask says, and drops masked columns", () => {
    const masked = { ...EXAMPLE, mask: EXAMPLE.mask.map((row, r) => row.map((m, j) => (j === r ? 0 : m))) }
    expect(loss(masked, { positive: 1, negative: 1 })).toBeCloseTo(loss(EXAMPLE, { positive: 1, negative: 1 }), 6)
    const alone = { ...EXAMPLE, mask: EXAMPLE.mask.map((row) => row.map(() => 0)) }
    expect(loss(alone, { positive: 1, negative: 1 })).toBeCloseTo(0, 6)
  })

  it('ignores rows of weight 0 and is finite when all are', () => {
    const first = { ...EXAMPLE, weights: [1, 0] }
    const changed = { ...first, cosines: [EXAMPLE.cosines[0], [1, -1, 1, -1]] }
    expect(loss(changed, { positive: 1, negative: 1 })).toBeCloseTo(loss(first, { positive: 1, negative: 1 }), 6)
    expect(loss({ ...EXAMPLE, weights: [0, 0] }, { positive: 1, negative: 1 })).toBe(0)
  })
})

describe('negatives-only correction', () => {
  it('makes the sampled sum an unbiased estimate of the full softmax sum', () => {
    const n = 50
    const [inBatch, uniform, draws] = [150, 100, 600]
    const tau = 0.4
    const p = 7
    const zipf = Array.from({ length: n }, (_, j) => 1 / (j + 1))
    const cumulative: number[] = []
    zipf.reduce((sum, w, j) => (cumulative[j] = sum + w), 0)
    const pop = zipf.map((w) => w / cumulative[n - 1])
    const q = pop.map((share) => inBatch * share + uniform / n)

    const rng = new Rng(5)
    const cosine = Array.from({ length: n }, () => 2 * rng.uniform() - 1)
    const full = cosine.reduce((sum, c, j) => sum + (j === p ? 0 : Math.exp(c / tau)), 0)

    let mean = 0
    for (let draw = 0; draw < draws; draw++) {
      const candidates = [p]
      for (let i = 0; i < inBatch; i++) candidates.push(rng.fromCumulative(cumulative))
      for (let i = 0; i < uniform; i++) candidates.push(rng.int(n))
      const example = {
        cosines: [candidates.map((j) => cosine[j])],
        tau,
        weights: [1],
        logq: candidates.map((j) => Math.log(q[j])),
        mask: [candidates.map((j) => (j === p ? 0 : 1))],
      }
      // loss = log(exp s(p) + sum of exp l(j)) - s(p), so the sum is exp s(p) * (exp loss - 1)
      mean += (Math.exp(cosine[p] / tau) * Math.expm1(loss(example, { positive: 0, negative: 1 }))) / draws
    }
    expect(Math.abs(mean / full - 1)).toBeLessThan(0.01)
  })
})
