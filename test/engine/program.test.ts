import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine, type EngineName, type ProgramSpec } from '../../src/engine/index.js'

describe.each(['onnx', 'eager'] satisfies EngineName[])('%s: programs and state', (name) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await createEngine({ engine: name })
  })
  afterAll(() => engine.dispose())

  const entries = () => ({
    a: { shape: [2], data: Float32Array.of(1, 2) },
    b: { shape: [2], data: Float32Array.of(10, 20) },
    n: { shape: [], data: Int32Array.of(7) },
  })

  /** a <- b, b <- a + x: each new value depends on an old one that is replaced too. */
  const swap: ProgramSpec = {
    name: 'swap',
    inputs: { x: { shape: [2], dtype: 'float32' } },
    fn: ({ a, b }, { x }) => ({ outputs: { sum: tf.add(a, b) }, next: { a: b, b: tf.add(a, x) } }),
  }

  const list = (data: ArrayLike<number>): number[] => Array.from(data)

  it('replaces state entries together, once the run has succeeded', async () => {
    const state = await engine.state(entries())
    const program = await engine.compile(swap, state)
    expect(list((await program.run({ x: Float32Array.of(100, 200) })).sum.data)).toEqual([11, 22])
    expect(list((await program.run({ x: Float32Array.of(0, 0) })).sum.data)).toEqual([111, 222])
    const { a, b } = await state.read()
    expect([list(a), list(b)]).toEqual([
      [101, 202],
      [10, 20],
    ])
  })

  it('leaves the state alone when a run fails', async () => {
    const state = await engine.state(entries())
    const program = await engine.compile(swap, state)
    await expect(program.run({})).rejects.toThrow(/Program swap: input x is missing/)
    await expect(program.run({ x: Float32Array.of(1) })).rejects.toThrow(/input x: 1 values for shape \[2\]/)
    await expect(program.run({ x: Int32Array.of(1, 2) })).rejects.toThrow(/int32 values for float32/)
    const read = await state.read(['a', 'b'])
    expect([list(read.a), list(read.b)]).toEqual([
      [1, 2],
      [10, 20],
    ])
  })

  it('shares one state between programs', async () => {
    const state = await engine.state(entries())
    const write = await engine.compile(swap, state)
    const read = await engine.compile(
      { name: 'read', inputs: {}, fn: ({ b, n }) => ({ outputs: { b: tf.mul(b, tf.cast(n, 'float32')) } }) },
      state,
    )
    await write.run({ x: Float32Array.of(0, 0) })
    expect(list((await read.run({})).b.data)).toEqual([7, 14])
  })

  it('hands out copies: what a caller does to an array reaches no other', async () => {
    const given = entries()
    const state = await engine.state(given)
    given.a.data[0] = 99
    const same = await engine.compile(
      {
        name: 'same',
        inputs: { x: { shape: [2], dtype: 'float32' } },
        fn: ({ a }, { x }) => ({ outputs: { a, again: a, x }, next: { b: x } }),
      },
      state,
    )
    const x = Float32Array.of(5, 6)
    const out = await same.run({ x })
    expect([list(out.a.data), list(out.again.data), list(out.x.data)]).toEqual([
      [1, 2],
      [1, 2],
      [5, 6],
    ])
    x.fill(-1)
    out.a.data.fill(-1)
    const read = await state.read()
    expect([list(read.a), list(read.b)]).toEqual([
      [1, 2],
      [5, 6],
    ])
    read.a.fill(-1)
    expect(list((await state.read(['a'])).a)).toEqual([1, 2])
  })

  it('reads and writes entries by name', async () => {
    const state = await engine.state(entries())
    expect(state.entries).toEqual({
      a: { shape: [2], dtype: 'float32' },
      b: { shape: [2], dtype: 'float32' },
      n: { shape: [], dtype: 'int32' },
    })
    await state.write({ a: Float32Array.of(3, 4), n: Int32Array.of(8) })
    const read = await state.read(['a', 'n'])
    expect(Object.keys(read)).toEqual(['a', 'n'])
    expect([list(read.a), list(read.n)]).toEqual([[3, 4], [8]])
    await expect(state.write({ c: Float32Array.of(1) })).rejects.toThrow(/no entry c/)
    await expect(state.write({ a: Float32Array.of(1) })).rejects.toThrow(/State entry a: 1 values for shape \[2\]/)
    await expect(state.write({ a: Float32Array.of(0, 0), b: Float32Array.of(1) })).rejects.toThrow()
    expect(list((await state.read(['a'])).a)).toEqual([3, 4])
    await expect(state.read(['c'])).rejects.toThrow(/no entry c/)
    await expect(engine.state({ bad: { shape: [3], data: Float32Array.of(1) } })).rejects.toThrow(
      /bad: 1 values for shape \[3\]/,
    )
  })

  it('takes feeds in shared memory and empty state', async () => {
    const program = await engine.compile(
      { ...swap, fn: (_s, { x }) => ({ outputs: { y: tf.neg(x) } }) },
      await engine.state({}),
    )
    const shared = new Float32Array(new SharedArrayBuffer(8))
    shared.set([1, 2])
    expect(list((await program.run({ x: shared })).y.data)).toEqual([-1, -2])
  })

  it('gives integer and boolean outputs as int32', async () => {
    const program = await engine.compile(
      { ...swap, fn: (_s, { x }) => ({ outputs: { above: tf.greater(x, 1), whole: tf.cast(x, 'int32') } }) },
      await engine.state({}),
    )
    const out = await program.run({ x: Float32Array.of(1, 2.5) })
    expect(out.above.data).toEqual(Int32Array.of(0, 1))
    expect(out.whole).toEqual({ shape: [2], data: Int32Array.of(1, 2) })
  })

  it('refuses an index outside of a table when it runs', async () => {
    if (name === 'eager') return
    const program = await engine.compile(
      {
        name: 'gather',
        inputs: { i: { shape: [1], dtype: 'int32' } },
        fn: ({ a }, { i }) => ({ outputs: { y: tf.gather(a, i as tf.Tensor1D) } }),
      },
      await engine.state(entries()),
    )
    await expect(program.run({ i: Int32Array.of(2) })).rejects.toThrow(/out of|bounds|index/i)
  })

  it('is of no use after dispose', async () => {
    const state = await engine.state(entries())
    const program = await engine.compile(swap, state)
    program.dispose()
    await expect(program.run({ x: Float32Array.of(1, 2) })).rejects.toThrow(/Program swap was disposed/)
    program.dispose()
    state.dispose()
    await expect(state.read()).rejects.toThrow(/disposed/)
    state.dispose()
  })

  it('keeps no tensor of a run', async () => {
    const state = await engine.state(entries())
    const program = await engine.compile(swap, state)
    await program.run({ x: Float32Array.of(1, 2) })
    const before = tf.memory().numTensors
    for (let i = 0; i < 3; i++) await program.run({ x: Float32Array.of(1, 2) })
    expect(tf.memory().numTensors).toBe(before)
    state.dispose()
    expect(tf.memory().numTensors).toBe(name === 'eager' ? before - 3 : before)
  })
})

it('is deterministic: two engines give the same bits', async () => {
  const run = async (): Promise<number[]> => {
    const engine = await createEngine({ engine: 'onnx', threads: 2 })
    const state = await engine.state({
      w: { shape: [64, 32], data: Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i)) },
    })
    const program = await engine.compile(
      {
        name: 'sums',
        inputs: { x: { shape: [2000, 64], dtype: 'float32' }, i: { shape: [2000], dtype: 'int32' } },
        fn: ({ w }, { x, i }) => ({
          outputs: {
            y: tf.unsortedSegmentSum(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), i as tf.Tensor1D, 100),
            z: tf.sum(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), 0),
          },
        }),
      },
      state,
    )
    const out = await program.run({
      x: Float32Array.from({ length: 128000 }, (_, i) => Math.cos(i)),
      i: Int32Array.from({ length: 2000 }, (_, i) => (i * 7) % 100),
    })
    await engine.dispose()
    return [...out.y.data, ...out.z.data]
  }
  expect(await run()).toEqual(await run())
})
