import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import type { Engine, ProgramSpec } from '../../src/engine/index.js'
import { historyInputs } from '../../src/model/inputs.js'
import { nameTensors } from '../../src/model/layers.js'
import { parameterSpecs } from '../../src/model/parameters.js'
import type { ModelShape } from '../../src/model/shape.js'
import { userVectorsAt } from '../../src/model/user-tower.js'
import { eager, encode, historyFeeds, randomEvent, tinyShape, tinyState } from './tiny.js'

const rng = new Rng(12)
const events = Array.from({ length: 6 }, () => randomEvent(rng))
const other = randomEvent(rng)
const shape = tinyShape({ causal: true })
let engine: Engine
beforeAll(async () => {
  engine = await eager()
})
afterAll(() => engine.dispose())

/** The vector after every event of one history of 6. */
async function vectorsInside(model: ModelShape, history: typeof events): Promise<number[][]> {
  const T = 6
  const spec: ProgramSpec = {
    name: 'all outputs',
    inputs: { ...historyInputs(1, T), rows: { shape: [T], dtype: 'int32' } },
    fn: (state, inputs) => ({
      outputs: {
        vectors: userVectorsAt(model, nameTensors(parameterSpecs(model), state.parameters), state, inputs, inputs.rows),
      },
    }),
  }
  const program = await engine.compile(spec, await engine.state(tinyState(model)))
  const { vectors } = await program.run({
    ...historyFeeds([history], T),
    rows: Int32Array.from({ length: T }, (_, t) => t),
  })
  const d = model.config.outputWidth
  return Array.from({ length: T }, (_, t) => Array.from(vectors.data.subarray(t * d, (t + 1) * d)))
}

describe('causal transformer', () => {
  it('gives earlier outputs that no later event changes', async () => {
    const before = await vectorsInside(shape, events)
    const after = await vectorsInside(shape, [...events.slice(0, 4), other, events[5]])
    for (let t = 0; t < 4; t++) before[t].forEach((x, i) => expect(x).toBeCloseTo(after[t][i], 6))
    for (const t of [4, 5]) expect(Math.hypot(...before[t].map((x, i) => x - after[t][i]))).toBeGreaterThan(1e-3)
  })

  it('gives as last output what the history is encoded as', async () => {
    const [last] = await encode(engine, shape, [events], 6)
    const inside = await vectorsInside(shape, events)
    last.forEach((x, i) => expect(x).toBeCloseTo(inside[5][i], 6))
  })

  it('cannot tell at an inner event how many are still to come', async () => {
    const short = await encode(engine, shape, [events.slice(0, 3)], 6)
    const inside = await vectorsInside(shape, events)
    short[0].forEach((x, i) => expect(x).toBeCloseTo(inside[2][i], 6))
  })

  it('refuses outputs inside a history when later events are seen', async () => {
    await expect(vectorsInside(tinyShape(), events)).rejects.toThrow('causal')
  })
})
