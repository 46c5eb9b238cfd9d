import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import type { Engine, Feeds } from '../../src/engine/index.js'
import { optimizerFeeds } from '../../src/model/optimizer.js'
import { parameterSpecs } from '../../src/model/parameters.js'
import { encodeInContext, trainStep } from '../../src/model/programs.js'
import { unitVectors } from '../fixtures/unit-vectors.js'
import { bothEngines, candidateFeeds, contextFeeds, historyFeeds, randomEvent, tinyShape, tinyState } from './tiny.js'

const shape = tinyShape({ context: true })
const d = shape.config.outputWidth

const { eager, onnx } = await bothEngines()

async function moved(engine: Engine, users: Float32Array, feeds: Feeds): Promise<Float32Array> {
  const state = await engine.state(tinyState(shape))
  const program = await engine.compile(encodeInContext(shape, users.length / d), state)
  const { vectors } = await program.run({ users, ...feeds })
  program.dispose()
  state.dispose()
  return vectors.data as Float32Array
}

describe('user vectors in context', () => {
  it.each([
    ['eager', () => eager],
    ['onnx', () => onnx],
  ])('are those that are stored, to the last bit, where there is no context (%s)', async (_, engine) => {
    const users = unitVectors(3, d, 5)
    const feeds = contextFeeds([undefined, 3, undefined])
    const out = await moved(engine(), users, feeds)
    expect([...out.subarray(0, d)]).toEqual([...users.subarray(0, d)])
    expect([...out.subarray(2 * d)]).toEqual([...users.subarray(2 * d)])
    expect([...out.subarray(d, 2 * d)]).not.toEqual([...users.subarray(d, 2 * d)])
  })

  it('have length 1, whatever the context', async () => {
    const out = await moved(eager, unitVectors(4, d, 5), contextFeeds([1, 2, undefined, 3]))
    for (let n = 0; n < 4; n++) expect(Math.hypot(...out.subarray(n * d, (n + 1) * d))).toBeCloseTo(1, 5)
  })

  it('are the same on the onnx engine as on the reference', async () => {
    const [users, feeds] = [unitVectors(4, d, 5), contextFeeds([1, 2, undefined, 3])]
    const [a, b] = [await moved(eager, users, feeds), await moved(onnx, users, feeds)]
    a.forEach((x, i) => expect(b[i]).toBeCloseTo(x, 5))
  })

  it.each(Object.keys(contextFeeds([1])).filter((name) => name !== 'context.present'))('depend on %s', async (name) => {
    const users = unitVectors(1, d, 5)
    const feeds = contextFeeds([1])
    const other = { ...feeds, [name]: feeds[name].map((x) => (x === 1 ? 2 : 1)) }
    expect([...(await moved(eager, users, other))]).not.toEqual([...(await moved(eager, users, feeds))])
  })
})

describe('a training step of a model with context', () => {
  const [S, T, R, C] = [3, 6, 6, 9]
  const options = { logq: { positive: 1, negative: 1 }, gradientClip: 1, weightDecay: 0.01, dense: false }

  function batch(): Feeds {
    const rng = new Rng(21)
    const histories = [6, 3, 0].map((n) => Array.from({ length: n }, () => randomEvent(rng)))
    return {
      ...historyFeeds(histories, T),
      ...candidateFeeds(
        'item',
        Array.from({ length: C }, (_, c) => c),
      ),
      'row.output': Int32Array.of(0, 0, 1, 1, 2, 2),
      'row.weight': Float32Array.of(1, 0.5, 1, 1, 0.5, 1),
      'candidate.logq': Float32Array.from({ length: C }, () => rng.normal()),
      mask: Float32Array.from({ length: R * C }, (_, k) => (Math.floor(k / C) === k % C ? 0 : 1)),
    }
  }

  /** Parameters by name after some steps, and the losses. */
  async function train(
    engine: Engine,
    context: boolean,
    feeds: Feeds,
    steps = 3,
  ): Promise<{ parameters: Record<string, number[]>; losses: number[] }> {
    const trained = tinyShape({ context })
    const state = await engine.state(tinyState(trained))
    const program = await engine.compile(trainStep(trained, { S, T, R, C }, options), state)
    const losses: number[] = []
    for (let step = 1; step <= steps; step++) {
      const { loss } = await program.run({ ...feeds, ...optimizerFeeds(step, 0.01) })
      losses.push(loss.data[0])
    }
    const flat = (await state.read(['parameters'])).parameters
    program.dispose()
    state.dispose()
    const named = parameterSpecs(trained).map(({ name, offset, size }) => [
      name,
      [...flat.subarray(offset, offset + size)],
    ])
    return { parameters: Object.fromEntries(named) as Record<string, number[]>, losses }
  }

  it.each([
    ['eager', () => eager],
    ['onnx', () => onnx],
  ])('leaves the towers, to the last bit, as they are trained without (%s)', async (_, engine) => {
    const contexts = contextFeeds([1, 2, 3, undefined, 4, 5])
    const [without, within] = [
      await train(engine(), false, batch()),
      await train(engine(), true, { ...batch(), ...contexts }),
    ]
    for (const [name, values] of Object.entries(without.parameters))
      expect(within.parameters[name], name).toEqual(values)
  })

  it('moves every context layer, and lowers its loss', async () => {
    const contexts = contextFeeds([1, 2, 3, undefined, 4, 5])
    const [none, three] = [0, 3].map((steps) => train(onnx, true, { ...batch(), ...contexts }, steps))
    const [before, after] = [(await none).parameters, (await three).parameters]
    const layers = Object.keys(before).filter((name) => name.startsWith('context.'))
    expect(layers.length).toBeGreaterThan(0)
    for (const name of layers) expect(after[name], name).not.toEqual(before[name])
    // what the towers do not learn of the loss in context, the layers do
    const [alone, both] = [
      await train(onnx, false, batch(), 60),
      await train(onnx, true, { ...batch(), ...contexts }, 60),
    ]
    const inContext = both.losses.map((loss, i) => loss - alone.losses[i])
    expect(inContext[59]).toBeLessThan(inContext[0] * 0.7)
  })

  it('learns nothing in context where no row has one', async () => {
    const contexts = contextFeeds(new Array<undefined>(R).fill(undefined))
    const [alone, both] = [await train(eager, false, batch()), await train(eager, true, { ...batch(), ...contexts })]
    both.losses.forEach((loss, i) => expect(loss).toBeCloseTo(alone.losses[i], 6))
  })
})
