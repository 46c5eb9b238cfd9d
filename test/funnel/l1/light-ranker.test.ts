import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { createEngine } from '../../../src/engine/index.js'
import { Calibration, sigmoid } from '../../../src/funnel/l1/calibration.js'
import { LightRanker, Net, type RankerWeights } from '../../../src/funnel/l1/light-ranker.js'
import { lightRankerSpecs, lightRankerState, lightRankerStep } from '../../../src/model/light-ranker.js'
import { optimizerFeeds } from '../../../src/model/optimizer.js'

const shape = { features: 3, hidden: 2 }
const engine = await createEngine({ engine: 'onnx', threads: 1 })
afterAll(() => engine.dispose())

/** Parameters as named, in the flat order. */
const flatOf = (named: Record<string, number[]>): Float32Array =>
  Float32Array.from(lightRankerSpecs(shape).flatMap(({ name }) => named[name]))

const named = {
  'linear.weight': [1, -2, 0.5],
  'linear.bias': [0.1],
  'hidden.weight': [1, -1, 0, 2, 1, 1],
  'hidden.bias': [0, -1],
  'output.weight': [2, 3],
  'output.bias': [0.2],
}
const weights = {
  linear: Float32Array.from(named['linear.weight']),
  bias: 0.3,
  hidden: Float32Array.from(named['hidden.weight']),
  hiddenBias: Float32Array.from(named['hidden.bias']),
  output: Float32Array.from(named['output.weight']),
}

const logit = (of: Omit<RankerWeights, 'calibration'>, rows: Float32Array, at: number): number =>
  new Net(of).logit(rows, at)

describe('the light ranker', () => {
  test('by hand: a linear part, and two hidden units of which one is shut', () => {
    // x = (1, 2, 4): linear 1 - 4 + 2 = -1; hidden (1 + 0 + 4, -1 + 4 + 4 - 1) = (5, 6)
    expect(logit(weights, Float32Array.of(1, 2, 4), 0)).toBeCloseTo(0.3 - 1 + 2 * 5 + 3 * 6, 5)
    // x = (2, 0, 0): linear 2; hidden (2, -2 - 1): the second is shut
    expect(logit(weights, Float32Array.of(9, 2, 0, 0), 1)).toBeCloseTo(0.3 + 2 + 2 * 2, 5)
  })

  test('a step of training has the loss of the formula', async () => {
    const state = await engine.state({
      ...lightRankerState(shape, 1),
      parameters: { shape: [flatOf(named).length], data: flatOf(named) },
    })
    // two users of three candidates; the last of the second is padding
    const x = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0, 0, 0, 0, 0.25, 0, 0, 0])
    const label = Float32Array.of(1, 0, 0, 0, 1, 0)
    const weight = Float32Array.of(1, 1, 1, 1, 2, 0)
    const offset = Float32Array.of(1.5, 1.5, 1.5, 0, 0, 0)
    // the second user converted three times, and the row stands for two that were not drawn
    const conversions = Float32Array.of(1, 0, 0, 0, 3, 0)
    const z = Array.from({ length: 6 }, (_, r) => logit(weights, x, r * 3))
    const bce = [0, 1, 2, 3, 4].reduce((sum, r) => {
      const p = sigmoid(z[r] + offset[r])
      return sum - weight[r] * (label[r] === 1 ? Math.log(p) : Math.log(1 - p))
    }, 0)
    // each negative of the first user stands for e^1.5
    const first = Math.log(Math.exp(z[0]) + Math.exp(1.5) * (Math.exp(z[1]) + Math.exp(z[2]))) - z[0]
    const second = Math.log(Math.exp(z[3]) + Math.exp(z[4])) - z[4]
    const program = await engine.compile(
      lightRankerStep(shape, { G: 2, R: 3 }, { listwise: 0.25, weightDecay: 0 }),
      state,
    )
    const { loss } = await program.run({ x, label, weight, offset, conversions, ...optimizerFeeds(1, 0.01) })
    expect(loss.data[0]).toBeCloseTo((0.75 * bce) / 6 + (0.25 * (first + 3 * second)) / 4, 4)
    program.dispose()
    state.dispose()
  })

  test('learns what separates, and what a draw of negatives leaves out is put back', async () => {
    // one feature tells: P(conversion) = sigmoid(2 x - 3); of the others one in four is drawn
    const rng = new Rng(11)
    const [G, R] = [64, 8]
    const state = await engine.state(lightRankerState(shape, 1))
    const program = await engine.compile(lightRankerStep(shape, { G, R }, { listwise: 0, weightDecay: 0 }), state)
    for (let step = 1; step <= 400; step++) {
      const batch = {
        x: new Float32Array(G * R * 3),
        label: new Float32Array(G * R),
        weight: new Float32Array(G * R).fill(1),
        offset: new Float32Array(G * R).fill(Math.log(4)),
        conversions: new Float32Array(G * R),
      }
      for (let r = 0; r < G * R;) {
        const x = rng.normal()
        const label = rng.uniform() < sigmoid(2 * x - 3) ? 1 : 0
        if (label === 0 && rng.int(4) > 0) continue
        batch.x[r * 3] = x
        batch.label[r++] = label
      }
      await program.run({ ...batch, ...optimizerFeeds(step, 0.02) })
    }
    const { parameters } = await state.read(['parameters'])
    const flat = parameters as Float32Array
    const of = (name: string): Float32Array => {
      const { offset, size } = lightRankerSpecs(shape).find((one) => one.name === name)!
      return flat.slice(offset, offset + size)
    }
    const learned = {
      linear: of('linear.weight'),
      bias: of('linear.bias')[0] + of('output.bias')[0],
      hidden: of('hidden.weight'),
      hiddenBias: of('hidden.bias'),
      output: of('output.weight'),
    }
    for (const x of [0, 1, 2]) {
      expect(sigmoid(logit(learned, Float32Array.of(x, 0, 0), 0))).toBeCloseTo(sigmoid(2 * x - 3), 1)
    }
    program.dispose()
    state.dispose()
  })

  test('of fewer columns, in another order, answers the same for rows of more', () => {
    const calibration = Calibration.none()
    const ranker = new LightRanker(['a', 'b', 'c'], {
      shopping: { ...weights, calibration },
      standard: { ...weights, bias: 7, calibration },
    })
    const wide = ranker.for(['b', 'new', 'c', 'a', 'newer'])!
    const [own, more] = [Float32Array.of(1, 2, 4, -1, 0, 3), Float32Array.of(2, 9, 4, 1, 9, 0, 9, 3, -1, 9)]
    expect(wide.probabilities(more, ['shopping', 'standard'])).toEqual(
      ranker.probabilities(own, ['shopping', 'standard']),
    )
    expect(ranker.for(['a', 'b'])).toBeUndefined()
  })

  test('is the same after it was kept', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'adseq-l1-')), 'l1.safetensors')
    const calibration = Calibration.fit([0, 1, 2, 3], [0, 1, 0, 1], [1, 1, 1, 1])
    const ranker = new LightRanker(['a', 'b', 'c'], {
      shopping: { ...weights, calibration },
      standard: { ...weights, bias: -2, calibration: Calibration.none() },
    })
    ranker.save(path)
    const rows = Float32Array.from({ length: 30 }, (_, i) => (i % 7) - 3)
    const kinds = Array.from({ length: 10 }, (_, i) => (i % 2 ? 'shopping' : 'standard') as 'shopping' | 'standard')
    const again = LightRanker.load(path)
    expect(again.features).toEqual(['a', 'b', 'c'])
    expect(again.probabilities(rows, kinds)).toEqual(ranker.probabilities(rows, kinds))
  })
})
