import { expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { createEngine, type Engine } from '../../src/engine/index.js'
import { optimizerFeeds } from '../../src/model/optimizer.js'
import { trainStep } from '../../src/model/programs.js'
import { dropoutSites } from '../../src/model/shape.js'
import { dropoutFeeds } from '../../src/model/state.js'
import { candidateFeeds, eager, historyFeeds, randomEvent, tinyShape, tinyState } from './tiny.js'

// so many histories that the compiled tower takes them in parts, the last one smaller
const [S, T, R, C] = [400, 6, 8, 12]
const OPTIONS = { logq: { positive: 1, negative: 1 }, gradientClip: 1, weightDecay: 0.01 }

it.each([
  ['mean of the states', tinyShape({ dropout: 0.2, feedForward: 240 }), false],
  ['states inside the histories', tinyShape({ causal: true, feedForward: 240 }), true],
])(
  'a tower that goes through its histories in parts learns the same as one that takes all at once: %s',
  async (_, shape, dense) => {
    const rng = new Rng(5)
    const histories = Array.from({ length: S }, (_, s) => Array.from({ length: 1 + (s % T) }, () => randomEvent(rng)))
    const feeds = {
      ...historyFeeds(histories, T),
      ...candidateFeeds(
        'item',
        Array.from({ length: C }, () => rng.int(6)),
      ),
      ...dropoutFeeds(dropoutSites(shape.config), S * T, 1, 1),
      // rows of the first, the last and other parts
      'row.output': Int32Array.from([0, 1, 181, 182, 300, S - 3, S - 2, S - 1], (s) => (dense ? s * T + T - 1 : s)),
      'row.weight': new Float32Array(R).fill(1),
      'candidate.logq': new Float32Array(C),
      mask: new Float32Array(R * C).fill(1),
      ...optimizerFeeds(1, 0.01),
    }
    const train = async (engine: Engine): Promise<{ loss: number; norm: number; moments: Float32Array }> => {
      const state = await engine.state(tinyState(shape))
      const program = await engine.compile(trainStep(shape, { S, T, R, C }, { ...OPTIONS, dense }), state)
      const { loss, gradientNorm } = await program.run(feeds)
      const moments = (await state.read(['adam.m']))['adam.m'] as Float32Array
      await engine.dispose()
      return { loss: loss.data[0], norm: gradientNorm.data[0], moments }
    }
    const whole = await train(await eager())
    const inParts = await train(await createEngine({ engine: 'onnx', threads: 1 }))
    expect(inParts.loss).toBeCloseTo(whole.loss, 4)
    expect(inParts.norm / whole.norm).toBeCloseTo(1, 4)
    const largest = whole.moments.reduce((m, x) => Math.max(m, Math.abs(x)), 0)
    const difference = whole.moments.reduce((m, x, i) => Math.max(m, Math.abs(x - inParts.moments[i])), 0)
    expect(difference).toBeLessThan(1e-4 * largest)
  },
)
