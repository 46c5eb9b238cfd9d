import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Feeds } from '../../src/engine/index.js'
import { TITLE_TOKENS } from '../../src/features/snapshot.js'
import { encodeCandidates, encodeHistories, trainStep } from '../../src/model/programs.js'
import { optimizerFeeds } from '../../src/model/optimizer.js'
import type { ModelShape } from '../../src/model/shape.js'
import { Rng } from '../../src/core/rng.js'
import { candidateFeeds, eager, historyFeeds, randomEvent, tinyShape, tinyState } from './tiny.js'

let engine: Engine
beforeAll(async () => {
  engine = await eager()
})
afterAll(() => engine.dispose())

async function vectors(shape: ModelShape, feeds: Feeds): Promise<number[][]> {
  const C = feeds['candidate.row'].length
  const program = await engine.compile(encodeCandidates(shape, C), await engine.state(tinyState(shape)))
  const out = (await program.run(feeds)).vectors.data
  const d = shape.config.outputWidth
  return Array.from({ length: C }, (_, c) => Array.from(out.subarray(c * d, (c + 1) * d)))
}
const expectClose = (a: number[], b: number[]): void => a.forEach((x, i) => expect(x).toBeCloseTo(b[i], 5))
const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((x, i) => x - b[i]))

describe.each(['item', 'advertiser'] as const)('%s tower', (kind) => {
  const shape = tinyShape({}, kind)
  const feeds = candidateFeeds(kind, [0, 1, 2, 3])

  it('gives vectors of length 1 that differ, and a finite one for an entry of which nothing is known', async () => {
    const found = await vectors(shape, feeds)
    for (const v of found) expect(Math.hypot(...v)).toBeCloseTo(1, 5)
    expect(distance(found[0], found[1])).toBeGreaterThan(1e-3)
    const nothing = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, data.slice().fill(0)]))
    for (const x of (await vectors(shape, nothing)).flat()) expect(Number.isFinite(x)).toBe(true)
  })

  it.each(Object.keys(candidateFeeds(kind, [0])))('reads %s', async (name) => {
    const [before] = await vectors(shape, feeds)
    const changed = { ...feeds, [name]: feeds[name].slice() }
    changed[name][0] = name === 'candidate.popularity' ? 3 : feeds[name][0] === 5 ? 4 : 5
    const [after, other] = await vectors(shape, changed)
    expect(distance(before, after)).toBeGreaterThan(1e-4)
    expectClose(other, (await vectors(shape, feeds))[1])
  })
})

it('a title counts as the mean of its words, in any order and with any room left', async () => {
  const shape = tinyShape()
  const title = (...words: number[]): Int32Array => Int32Array.from({ length: TITLE_TOKENS }, (_, i) => words[i] ?? 0)
  const one = candidateFeeds('item', [4])
  const encode = async (words: Int32Array): Promise<number[]> =>
    (await vectors(shape, { ...one, 'candidate.title': words }))[0]
  expectClose(await encode(title(3, 7)), await encode(title(7, 3)))
  expectClose(await encode(title(3, 7)), await encode(title(0, 7, 0, 3)))
  expectClose(await encode(title(3, 3, 3)), await encode(title(3)))
  expect(distance(await encode(title(3)), await encode(title(7)))).toBeGreaterThan(1e-4)
})

it('the loss of a step is the formula applied to what the encoders give', async () => {
  const shape = tinyShape()
  const [S, T, R, C, d] = [2, 6, 4, 7, shape.config.outputWidth]
  const rng = new Rng(31)
  const histories = historyFeeds(
    [5, 2].map((n) => Array.from({ length: n }, () => randomEvent(rng))),
    T,
  )
  const candidates = candidateFeeds('item', [0, 1, 2, 3, 4, 5, 0])
  const rows = { output: [0, 0, 1, 1], weight: [1, 0.5, 2, 1], logq: Array.from({ length: C }, () => rng.normal()) }
  const mask = Array.from({ length: R * C }, (_, k) => (k === 6 ? 0 : 1))
  const [aPos, aNeg, tau] = [0.75, 0.25, 0.1]

  const state = await engine.state(tinyState(shape))
  const users = (await (await engine.compile(encodeHistories(shape, S, T), state)).run(histories)).vectors.data
  const items = (await (await engine.compile(encodeCandidates(shape, C), state)).run(candidates)).vectors
    .data as Float32Array
  let expected = 0
  for (let r = 0; r < R; r++) {
    const s = Array.from(
      { length: C },
      (_, j) =>
        items.subarray(j * d, (j + 1) * d).reduce((sum, x, k) => sum + x * users[rows.output[r] * d + k], 0) / tau,
    )
    const positive = s[r] - aPos * rows.logq[r]
    let total = Math.exp(positive)
    for (let j = 0; j < C; j++) if (j !== r && mask[r * C + j] === 1) total += Math.exp(s[j] - aNeg * rows.logq[j])
    expected += (rows.weight[r] * (Math.log(total) - positive)) / 4.5
  }

  const step = await engine.compile(
    trainStep(
      shape,
      { S, T, R, C },
      { logq: { positive: aPos, negative: aNeg }, gradientClip: 1, weightDecay: 0, dense: false },
    ),
    state,
  )
  const loss = {
    'row.output': Int32Array.from(rows.output),
    'row.weight': Float32Array.from(rows.weight),
    'candidate.logq': Float32Array.from(rows.logq),
    mask: Float32Array.from(mask),
  }
  const result = await step.run({ ...histories, ...candidates, ...loss, ...optimizerFeeds(1, 0.01) })
  expect(result.loss.data[0]).toBeCloseTo(expected, 4)
  expect(result.tau.data[0]).toBeCloseTo(tau, 6)
})
