import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import type { Engine, Feeds } from '../../src/engine/index.js'
import { optimizerFeeds } from '../../src/model/optimizer.js'
import { trainStep } from '../../src/model/programs.js'
import { dropoutSites, type ModelShape } from '../../src/model/shape.js'
import { dropoutFeeds } from '../../src/model/state.js'
import { bothEngines, candidateFeeds, historyFeeds, profileFeeds, randomEvent, tinyShape, tinyState } from './tiny.js'

const [S, T, R, C] = [3, 6, 6, 9]
const OPTIONS = { logq: { positive: 1, negative: 1 }, gradientClip: 1, weightDecay: 0.01, dense: false }

function batch(kind: 'item' | 'advertiser', dense = false, profile = false): Feeds {
  const rng = new Rng(21)
  const histories = [6, 3, 0].map((n) => Array.from({ length: n }, () => randomEvent(rng)))
  const entries = Array.from({ length: C }, () => rng.int(6))
  return {
    ...historyFeeds(histories, T),
    ...candidateFeeds(kind, entries),
    ...(profile
      ? profileFeeds(
          Array.from({ length: dense ? R : S }, (_, n) => ({
            item: [
              [1 + n, 0.8],
              [2 + n, 0.6],
            ],
            category: [[1 + n, 1]],
            advertiser: [
              [[1, 2 + n], 0.6],
              [[3, 4], 0.8],
            ],
          })),
        )
      : {}),
    'row.output': dense ? Int32Array.of(1, 3, 5, 9, 10, 11) : Int32Array.of(0, 0, 1, 1, 2, 2),
    'row.weight': Float32Array.of(1, 0.5, 1, 1, 0.5, 1),
    'candidate.logq': Float32Array.from({ length: C }, () => rng.normal()),
    mask: Float32Array.from({ length: R * C }, (_, k) => (entries[Math.floor(k / C)] === entries[k % C] ? 0 : 1)),
  }
}

interface Result {
  losses: number[]
  norms: number[]
  tau: number
  parameters: Float32Array
}

/** Trains some steps on one batch. */
async function train(
  engine: Engine,
  shape: ModelShape,
  feeds: Feeds,
  steps: number,
  { rate = 0.01, ...options }: { rate?: number; dense?: boolean; gradientClip?: number } = {},
): Promise<Result> {
  const state = await engine.state(tinyState(shape))
  const program = await engine.compile(trainStep(shape, { S, T, R, C }, { ...OPTIONS, ...options }), state)
  const result: Result = { losses: [], norms: [], tau: 0, parameters: new Float32Array() }
  for (let step = 1; step <= steps; step++) {
    const dropout = dropoutFeeds(dropoutSites(shape.config), S * T, 1, step)
    const { loss, gradientNorm, tau } = await program.run({ ...feeds, ...dropout, ...optimizerFeeds(step, rate) })
    result.losses.push(loss.data[0])
    result.norms.push(gradientNorm.data[0])
    result.tau = tau.data[0]
  }
  result.parameters = (await state.read(['parameters'])).parameters as Float32Array
  program.dispose()
  state.dispose()
  return result
}

const { eager, onnx } = await bothEngines()

const VARIANTS: [string, ModelShape, boolean][] = [
  ['item transformer', tinyShape(), false],
  ['item transformer with dropout and ids', tinyShape({ dropout: 0.3, itemIds: true }), false],
  ['item causal, outputs inside', tinyShape({ causal: true }), true],
  ['item mean', tinyShape({ userTower: 'mean' }), false],
  ['item max', tinyShape({ userTower: 'max', dropout: 0.2 }), false],
  ['item decayed mean', tinyShape({ userTower: 'decayed-mean' }), false],
  ['advertiser transformer', tinyShape({}, 'advertiser'), false],
  ['item transformer with a profile', tinyShape({ profile: true }), false],
  ['item causal with a profile of each output', tinyShape({ causal: true, profile: true }), true],
  ['advertiser transformer with a profile', tinyShape({ profile: true }, 'advertiser'), false],
]

describe.each(VARIANTS)('a step of the %s model', (_, shape, dense) => {
  it('is the same on the onnx engine as on the reference', async () => {
    const feeds = batch(shape.kind, dense, shape.config.profile)
    const a = await train(eager, shape, feeds, 3, { dense })
    const b = await train(onnx, shape, feeds, 3, { dense })
    a.losses.forEach((loss, i) => expect(b.losses[i]).toBeCloseTo(loss, 4))
    expect(b.norms[0] / a.norms[0]).toBeCloseTo(1, 4)
    expect(b.tau).toBeCloseTo(a.tau, 5)
  })

  it('learns a batch by heart', async () => {
    const { losses } = await train(onnx, shape, batch(shape.kind, dense, shape.config.profile), 60, { dense })
    expect(losses[59]).toBeLessThan(losses[0] * 0.7)
  })
})

describe('a training step', () => {
  it('follows the gradient: a small step lowers the loss by what Adam promises', async () => {
    // the first Adam step is rate * sign(g) at every parameter, so that the loss falls by rate * sum |g| to first
    // order; and norm(g) <= sum |g| <= norm(g) * sqrt(number of parameters)
    const shape = tinyShape()
    const rate = 1e-4
    const { losses, norms, parameters } = await train(eager, shape, batch('item'), 2, { rate, gradientClip: 1e9 })
    const fall = (losses[0] - losses[1]) / rate
    expect(fall).toBeGreaterThan(norms[0])
    expect(fall).toBeLessThan(norms[0] * Math.sqrt(parameters.length))
  })

  it('keeps the temperature within its bounds', async () => {
    const { tau } = await train(onnx, tinyShape(), batch('item'), 30, { rate: 0.9 })
    expect(tau).toBeGreaterThanOrEqual(0.01 * 0.9999)
    expect(tau).toBeLessThanOrEqual(1.0001)
  })

  it('gives the same weights again, bit for bit', async () => {
    const shape = tinyShape({ dropout: 0.3 })
    const [a, b] = [await train(onnx, shape, batch('item'), 4), await train(onnx, shape, batch('item'), 4)]
    expect(b.parameters).toEqual(a.parameters)
  })
})
