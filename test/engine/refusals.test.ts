import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine, type ProgramSpec, type State, type Tensors } from '../../src/engine/index.js'

let engine: Engine
let state: State

beforeAll(async () => {
  engine = await createEngine({ engine: 'onnx' })
  state = await engine.state({ w: { shape: [2], data: Float32Array.of(1, 2) } })
})
afterAll(() => engine.dispose())

const program = (fn: (x: tf.Tensor, state: Tensors) => tf.Tensor): ProgramSpec => ({
  name: 'refused',
  inputs: { x: { shape: [2], dtype: 'float32' } },
  fn: (s, { x }) => ({ outputs: { y: fn(x, s) } }),
})

describe('traced code is refused', () => {
  it('when it captures a tensor of another backend', async () => {
    await import('@tensorflow/tfjs-backend-cpu')
    tf.env().set('PROD', true)
    await tf.setBackend('cpu')
    const outside = tf.tensor([1, 2])
    await expect(
      engine.compile(
        program((x) => tf.add(x, outside)),
        state,
      ),
    ).rejects.toThrow(/Program refused: Add uses a tensor of shape \[2\] that was made outside.*Pass it as an input/)
    expect(Array.from(outside.dataSync())).toEqual([1, 2])
    outside.dispose()
  })

  it('when it captures a tensor of another program', async () => {
    let leaked: tf.Tensor | undefined
    await engine.compile(
      program((x) => (leaked = tf.keep(tf.mul(x, 2)))),
      state,
    )
    await expect(
      engine.compile(
        program((x) => tf.sub(x, leaked as tf.Tensor)),
        state,
      ),
    ).rejects.toThrow(/Sub uses a tensor of shape \[2\] that was made outside/)
  })

  it('when it reads a value with dataSync, arraySync or data', async () => {
    await expect(
      engine.compile(
        program((x) => tf.mul(x, tf.exp(x).dataSync()[0])),
        state,
      ),
    ).rejects.toThrow(
      /Program refused: dataSync, data or array reads the result of Exp.*Return it from fn as an output/,
    )
    await expect(
      engine.compile(
        program((x) => tf.mul(x, (x.arraySync() as number[])[0])),
        state,
      ),
    ).rejects.toThrow(/reads input input\/x/)
    let later: Promise<unknown> = Promise.resolve()
    await engine.compile(
      program((x) => {
        later = tf.neg(x).data()
        later.catch(() => undefined)
        return x
      }),
      state,
    )
    await expect(later).rejects.toThrow(/reads the result of Neg/)
  })

  it.each([
    ['randomUniform', () => tf.randomUniform([2])],
    ['randomNormal', () => tf.randomNormal([2])],
    ['truncatedNormal', () => tf.truncatedNormal([2])],
    ['dropout', (x: tf.Tensor) => tf.dropout(x, 0.5)],
  ])('when it draws with %s', async (name, draw: (x: tf.Tensor) => tf.Tensor) => {
    await expect(
      engine.compile(
        program((x) => tf.add(x, draw(x))),
        state,
      ),
    ).rejects.toThrow(new RegExp(`Program refused: tf.${name} draws random numbers.*pass them as an input`))
  })

  it('when it uses a kernel the tracer does not have', async () => {
    await expect(
      engine.compile(
        program((x) => tf.atan2(x, x)),
        state,
      ),
    ).rejects.toThrow(/Atan2/)
  })

  it('when its next value does not fit the state', async () => {
    const wrong = (next: (x: tf.Tensor) => Tensors): ProgramSpec => ({
      ...program((x) => x),
      fn: (_s, { x }) => ({ outputs: {}, next: next(x) }),
    })
    await expect(
      engine.compile(
        wrong((x) => ({ v: x })),
        state,
      ),
    ).rejects.toThrow(/next.v is not an entry/)
    await expect(
      engine.compile(
        wrong((x) => ({ w: tf.reshape(x, [2, 1]) })),
        state,
      ),
    ).rejects.toThrow(/next.w is float32 \[2,1\], the state holds float32 \[2\]/)
    await expect(
      engine.compile(
        wrong((x) => ({ w: tf.cast(x, 'int32') })),
        state,
      ),
    ).rejects.toThrow(/next.w is int32/)
  })
})

it('leaves the active backend and the next trace as they were after a refusal', async () => {
  await tf.setBackend('cpu')
  await expect(
    engine.compile(
      program((x) => tf.mul(x, x.dataSync()[0])),
      state,
    ),
  ).rejects.toThrow()
  expect(tf.getBackend()).toBe('cpu')
  const fine = await engine.compile(
    program((x) => tf.add(x, 1)),
    state,
  )
  expect(Array.from((await fine.run({ x: Float32Array.of(1, 2) })).y.data)).toEqual([2, 3])
})
