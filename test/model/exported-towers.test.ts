import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { portableModel } from '../../src/engine/onnx/portable.js'
import type { Feeds, ProgramSpec, StateEntry } from '../../src/engine/index.js'
import { CATEGORY_LEVELS } from '../../src/features/snapshot.js'
import { exportedCandidateTower, exportedContextLayers, exportedUserTower } from '../../src/model/exported-towers.js'
import { nameParameters, parameterSpecs } from '../../src/model/parameters.js'
import type { ModelShape } from '../../src/model/shape.js'
import { ADVERTISERS, ITEMS, eager, tinyShape, tinyState } from './tiny.js'

const CATEGORIES = 9

function entriesOf(shape: ModelShape): Record<string, StateEntry> {
  const rng = new Rng(5)
  const { parameters, ...frozen } = tinyState(shape)
  const ints = (n: number, below: number, width: number): Int32Array =>
    Int32Array.from({ length: (n + 1) * width }, (_, i) => (i < width ? 0 : rng.int(below)))
  return {
    ...nameParameters(parameterSpecs(shape), parameters.data as Float32Array),
    ...Object.fromEntries(Object.entries(frozen).filter(([name]) => /^(items|advertisers)\./.test(name))),
    'items.category': { shape: [ITEMS + 1, CATEGORY_LEVELS], data: ints(ITEMS, 10, CATEGORY_LEVELS) },
    'items.price': { shape: [ITEMS + 1], data: ints(ITEMS, 32, 1) },
    'advertisers.buckets': { shape: [ADVERTISERS + 1, 2], data: ints(ADVERTISERS, 10, 2) },
    'categories.row': { shape: [CATEGORIES + 1], data: ints(CATEGORIES, 10, 1) },
  }
}

/** Values that are rows of any table; the last history is empty. */
function randomFeeds({ inputs }: ProgramSpec): Feeds {
  const rng = new Rng(9)
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => {
      const size = shape.reduce((a, b) => a * b, 1)
      const kept = size - size / shape[0]
      const value = (i: number): number =>
        i >= kept && shape[0] > 1 ? 0 : dtype === 'int32' ? rng.int(name === 'domain' ? 3 : 4) : 3 * rng.uniform()
      const values = Array.from({ length: size }, (_, i) => value(i))
      return [name, dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)]
    }),
  )
}

async function onnxVectors(session: InferenceSession, { inputs }: ProgramSpec, feeds: Feeds): Promise<Float32Array> {
  const given = Object.fromEntries(
    session.inputNames.map((name) => [name, new Tensor(inputs[name].dtype, feeds[name], inputs[name].shape)]),
  )
  return (await session.run(given)).vectors.data as Float32Array
}

/** The exported model beside the same program on tfjs' cpu backend, for one, a few and many rows. */
async function expectSame(
  shape: ModelShape,
  programOf: (rows: number) => ProgramSpec,
  entries: Record<string, StateEntry>,
): Promise<void> {
  const { bytes, inputs, outputs } = portableModel('tower', programOf, entries)
  expect(inputs.every(({ dims }) => dims[0] === 'rows')).toBe(true)
  expect(outputs).toEqual([{ name: 'vectors', type: 'float32', dims: ['rows', shape.config.outputWidth] }])
  // com.microsoft: operators that only ONNX Runtime has
  expect(Buffer.from(bytes).includes('com.microsoft')).toBe(false)
  const session = await InferenceSession.create(bytes)
  const engine = await eager()
  const state = await engine.state(entries)
  for (const rows of [1, 3, 24]) {
    const program = programOf(rows)
    const feeds = randomFeeds(program)
    const { vectors } = await (await engine.compile(program, state)).run(feeds)
    const found = await onnxVectors(session, program, feeds)
    expect(found.length).toBe(rows * shape.config.outputWidth)
    found.forEach((x, i) => expect(Math.abs(x - vectors.data[i])).toBeLessThan(1e-5))
  }
  await session.release()
}

describe('exported towers give the vectors of the same program, for any number of rows', () => {
  it.each([
    ['transformer with a profile', { profile: true }, true],
    ['transformer without ages', { profile: true }, false],
    ['causal transformer', { causal: true }, false],
    ['mean pooling with item ids', { userTower: 'mean', itemIds: true }, true],
    ['max pooling', { userTower: 'max' }, true],
    ['decayed mean', { userTower: 'decayed-mean', profile: true }, true],
  ] as const)('%s', async (_name, config, ages) => {
    for (const kind of ['item', 'advertiser'] as const) {
      const shape = tinyShape(config, kind)
      await expectSame(shape, exportedUserTower(shape, ages), entriesOf(shape))
    }
  })

  it('of items, with and without ids of their own, and of advertisers', async () => {
    for (const shape of [tinyShape(), tinyShape({ itemIds: true, profile: true }), tinyShape({}, 'advertiser')])
      await expectSame(shape, exportedCandidateTower(shape), entriesOf(shape))
  })

  it('of users in the context of a request', async () => {
    const shape = tinyShape({ context: true })
    await expectSame(shape, exportedContextLayers(shape), entriesOf(shape))
  })

  it('declare no input that they do not read', () => {
    const shape = tinyShape()
    const names = (ages: boolean): string[] =>
      portableModel('tower', exportedUserTower(shape, ages), entriesOf(shape)).inputs.map(({ name }) => name)
    expect(names(true).sort()).toEqual(['advertiser', 'age', 'domain', 'gap', 'item', 'type'])
    expect(names(false)).not.toContain('age')
  })
})

describe('what cannot be said for any number of rows', () => {
  const program = (fn: (rows: number) => ProgramSpec['fn']) => (rows: number) => ({
    name: 'test',
    inputs: { x: { shape: [rows, 2], dtype: 'float32' as const } },
    fn: fn(rows),
  })
  it('is refused', async () => {
    const tf = await import('@tensorflow/tfjs-core')
    const scaled = program((rows) => (_, { x }) => ({ outputs: { y: tf.mul(x, rows) } }))
    expect(() => portableModel('scaled', scaled, {})).toThrow(/Mul depends on the number of rows/)
    const reordered = program((rows) => (_, { x }) => ({ outputs: { y: tf.reshape(x, [2, rows]) } }))
    expect(() => portableModel('reordered', reordered, {})).toThrow(/no axis of rows/)
    const longer = program((rows) => (_, { x }) => ({ outputs: { y: rows > 12 ? tf.exp(tf.exp(x)) : tf.exp(x) } }))
    expect(() => portableModel('longer', longer, {})).toThrow(/list of operators depends/)
  })
})
