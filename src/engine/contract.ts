import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { UserError } from '../core/errors.js'
import { Rng } from '../core/rng.js'
import { KERNEL_CASES, type InputRange, type KernelCase } from './contract/kernels.js'
import { PARAMETERS, S, T, TWO_TOWER_STEP } from './contract/two-tower.js'
import { cpuEngine } from './cpu.js'
import { sizeOf } from './onnx/dims.js'
import type { Engine, Feed, Feeds, ProgramSpec, StateEntry } from './types.js'

export interface Check {
  name: string
  passed: boolean
  /** the differences that were measured, or what went wrong */
  detail: string
}

/** Largest difference of a loss or a kernel's result, absolute for values up to 1 and relative above. */
const VALUE_TOLERANCE = 1e-5
/** Largest difference of a gradient, relative to the largest element of that gradient. */
const GRADIENT_TOLERANCE = 1e-4

const STEPS = 3

/**
 * The engine contract: the same programs on this engine and on tfjs' cpu backend, at tiny shapes. Every kernel alone,
 * with its gradient; then training steps of a small two-tower transformer. A program that fails is a check that did not
 * pass.
 * @throws UserError where the engine's device is not there: some are only looked for when a program is compiled
 */
export async function checkEngine(engine: Engine): Promise<Check[]> {
  await runOnce(engine, NOTHING, { x: Float32Array.of(1) }).catch((error: unknown) => {
    if (error instanceof UserError) throw error
  })
  const reference = await cpuEngine()
  const checks: Check[] = []
  for (const [i, example] of KERNEL_CASES.entries()) {
    const feeds = Object.fromEntries(
      Object.entries(example.inputs).map(([name, range], j) => [name, draw(range, new Rng(7, i, j))]),
    )
    checks.push(
      await attempt(`kernel ${example.kernel}`, async () => {
        const spec = kernelProgram(example)
        return compare(await runOnce(engine, spec, feeds), await runOnce(reference, spec, feeds))
      }),
    )
  }
  checks.push(
    await attempt('train step', async () => {
      const expected = await train(reference)
      const actual = await train(engine)
      const details = expected.map((outputs, step) => `step ${step + 1}: ${compare(actual[step], outputs)}`)
      return details.join('; ')
    }),
  )
  await reference.dispose()
  return checks
}

/** The smallest program. */
const NOTHING: ProgramSpec = {
  name: 'nothing',
  inputs: { x: { shape: [1], dtype: 'float32' } },
  fn: (_state, { x }) => ({ outputs: { y: tf.add(x, x) } }),
}

/** f as a program: its result, and the gradient of a fixed weighted sum of it by each float input. */
export function kernelProgram({ kernel, inputs, f, gradient = true }: KernelCase): ProgramSpec {
  const floats = Object.keys(inputs).filter((name) => !inputs[name].integers)
  return {
    name: `kernel ${kernel}`,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, integers }]) => [
        name,
        { shape, dtype: integers ? ('int32' as const) : ('float32' as const) },
      ]),
    ),
    fn: (_state, x) => {
      const result = f(x)
      if (!gradient) return { outputs: { result } }
      const weights = tf.reshape(tf.add(tf.range(0, result.size, 1, 'float32'), 1), result.shape)
      const weighted = (...args: Tensor[]): Tensor =>
        tf.sum(tf.mul(f({ ...x, ...Object.fromEntries(floats.map((name, i) => [name, args[i]])) }), weights))
      const gradients = tf.grads(weighted)(floats.map((name) => x[name]))
      return { outputs: { result, ...Object.fromEntries(floats.map((name, i) => [`gradient/${name}`, gradients[i]])) } }
    },
  }
}

type Outputs = Record<string, { shape: number[]; data: Feed }>

async function attempt(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { name, passed: true, detail: await run() }
  } catch (error) {
    return { name, passed: false, detail: error instanceof Error ? error.message : String(error) }
  }
}

async function runOnce(engine: Engine, spec: ProgramSpec, feeds: Feeds): Promise<Outputs> {
  const state = await engine.state({})
  try {
    const program = await engine.compile(spec, state)
    try {
      return await program.run(feeds)
    } finally {
      program.dispose()
    }
  } finally {
    state.dispose()
  }
}

async function train(engine: Engine): Promise<Outputs[]> {
  const rng = new Rng(11)
  const entries: Record<string, StateEntry> = {}
  for (const [name, shape] of Object.entries(PARAMETERS)) {
    entries[name] = {
      shape,
      data: Float32Array.from({ length: sizeOf(shape) }, () => 0.5 * rng.normal() + (name.startsWith('scale') ? 1 : 0)),
    }
    for (const moment of ['m', 'v']) entries[`${moment}/${name}`] = { shape, data: new Float32Array(sizeOf(shape)) }
  }
  const state = await engine.state(entries)
  const program = await engine.compile(TWO_TOWER_STEP, state)
  const outputs: Outputs[] = []
  for (let step = 1; step <= STEPS; step++) {
    const rate = (0.01 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step)
    const { inputs } = TWO_TOWER_STEP
    outputs.push(
      await program.run({
        events: draw({ shape: inputs.events.shape, integers: 30 }, rng),
        candidates: draw({ shape: inputs.candidates.shape, integers: 30 }, rng),
        logq: draw({ shape: inputs.logq.shape, low: -3, high: 0 }, rng),
        mask: Float32Array.from({ length: S * T }, (_, i) => (i % T >= Math.floor(i / T) ? 1 : 0)),
        rate: Float32Array.of(rate),
      }),
    )
  }
  program.dispose()
  state.dispose()
  return outputs
}

/** What the largest differences are. @throws when one is above what the contract allows */
function compare(actual: Outputs, expected: Outputs): string {
  let value = 0
  let gradient = 0
  for (const [name, { shape, data }] of Object.entries(expected)) {
    const got = actual[name]
    if (got.shape.join() !== shape.join()) throw new Error(`${name} has shape [${got.shape}] instead of [${shape}]`)
    const isGradient = name.startsWith('gradient/')
    const wanted: number[] = Array.from(data)
    const largest = wanted.reduce((m, x) => Math.max(m, Math.abs(x)), 0)
    wanted.forEach((x, i) => {
      const scale = isGradient ? largest + 1e-6 : Math.max(1, Math.abs(x))
      const difference = Object.is(x, got.data[i]) ? 0 : Math.abs(x - got.data[i]) / scale
      const allowed = isGradient ? GRADIENT_TOLERANCE : VALUE_TOLERANCE
      if (!(difference <= allowed)) throw new Error(`${name}[${i}] is ${got.data[i]} instead of ${x}`)
      if (isGradient) gradient = Math.max(gradient, difference)
      else value = Math.max(value, difference)
    })
  }
  return (
    `values differ by up to ${value.toExponential(1)}, gradients by ${gradient.toExponential(1)} of their largest ` +
    'element'
  )
}

function draw({ shape, low = 0, high = 1, integers }: InputRange, rng: Rng): Feed {
  const length = sizeOf(shape)
  if (integers) return Int32Array.from({ length }, () => rng.int(integers))
  return Float32Array.from({ length }, () => low + (high - low) * rng.uniform())
}
