import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ProgramSpec, Tensors } from '../engine/types.js'
import { candidateVectors } from './candidate-tower.js'
import { inContext, isContextLayer, learnInContext } from './context.js'
import {
  advertiserInputs,
  contextInputs,
  historyInputs,
  itemInputs,
  lossInputs,
  profileInputs,
  type InputSpecs,
} from './inputs.js'
import { nameTensors } from './layers.js'
import { sampledSoftmaxLoss, type LogQ } from './loss.js'
import { adamStep, boundTemperature, clipByNorm, optimizerInputs } from './optimizer.js'
import { parameterCount, parameterSpecs } from './parameters.js'
import { dropoutSites, readsContext, type ModelShape } from './shape.js'
import type { Dropout } from './transformer.js'
import { userVectors, userVectorsAt } from './user-tower.js'

/** Sizes of one batch: S histories of T events, R rows, C candidates of which the first R are the positives. */
export interface BatchShape {
  S: number
  T: number
  R: number
  C: number
}

export interface StepOptions {
  logq: LogQ
  gradientClip: number
  weightDecay: number
  /** row.output is s * T + t (dense-all-action) instead of s */
  dense: boolean
}

const candidateInputs = (shape: ModelShape, C: number): InputSpecs =>
  shape.kind === 'item' ? itemInputs(C) : advertiserInputs(C)

/** What the user tower reads for S histories of T events with N outputs. */
const userInputs = (shape: ModelShape, S: number, T: number, N: number): InputSpecs => ({
  ...historyInputs(S, T),
  ...(shape.config.profile ? profileInputs(N) : {}),
})

/**
 * One training step: loss and gradient of a batch, clipping, AdamW. Needs the state of trainingState.
 * Outputs loss, gradientNorm (before clipping) and tau, each [1].
 */
export function trainStep(shape: ModelShape, batch: BatchShape, options: StepOptions): ProgramSpec {
  const { S, T, R, C } = batch
  const sites = dropoutSites(shape.config)
  const dropoutInputs = Object.fromEntries(
    Array.from({ length: sites }, (_, i) => [`dropout.${i}`, { shape: [S * T], dtype: 'int32' as const }]),
  )
  return {
    name: `${shape.kind} train step [S=${S} T=${T} R=${R} C=${C}]`,
    inputs: {
      ...userInputs(shape, S, T, options.dense ? R : S),
      ...candidateInputs(shape, C),
      ...lossInputs(R, C),
      ...(readsContext(shape) ? contextInputs(R) : {}),
      ...dropoutInputs,
      ...optimizerInputs(),
    },
    fn: (state, inputs) => {
      const dropout = sites === 0 ? undefined : patternDropout(state)
      const loss = (flat: Tensor): Tensor => batchLoss(shape, flat, state, inputs, options, dropout)
      const { value, grad } = tf.valueAndGrad(loss as (x: Tensor) => Tensor)(state.parameters)
      const { gradient, norm } = clipped(shape, grad, options.gradientClip)
      const next = adamStep(
        { parameters: state.parameters, m: state['adam.m'], v: state['adam.v'] },
        gradient,
        state.decay,
        inputs,
        options.weightDecay,
      )
      const n = state.parameters.shape[0] as number
      const tau = tf.exp(tf.slice(state.parameters as tf.Tensor1D, [n - 1], [1]))
      return {
        outputs: { loss: tf.reshape(value, [1]), gradientNorm: tf.reshape(norm, [1]), tau },
        next: { parameters: boundTemperature(next.parameters), 'adam.m': next.m, 'adam.v': next.v },
      }
    },
  }
}

/**
 * The gradient with its length limited: that of the context layers by itself, so that the towers learn as they would
 * without them. The norm is that of the towers.
 */
function clipped(shape: ModelShape, grad: Tensor, limit: number): { gradient: Tensor; norm: Tensor } {
  if (!readsContext(shape)) return clipByNorm(grad, limit)
  const specs = parameterSpecs(shape)
  const layers = specs.filter(({ name }) => isContextLayer(name))
  const [first, last] = [layers[0], layers[layers.length - 1]]
  const end = last.offset + last.size
  const [before, own, after] = tf.split(
    grad as tf.Tensor1D,
    [first.offset, end - first.offset, parameterCount(specs) - end],
    0,
  )
  const towers = clipByNorm(tf.concat([before, after], 0), limit)
  const [start, rest] = tf.split(towers.gradient as tf.Tensor1D, [before.shape[0], after.shape[0]], 0)
  return { gradient: tf.concat([start, clipByNorm(own, limit).gradient as tf.Tensor1D, rest], 0), norm: towers.norm }
}

/**
 * Loss of a batch as a function of the flat parameters; scalar. Of a model with context it is the sum of two: without
 * context, and of the rows that have one.
 */
export function batchLoss(
  shape: ModelShape,
  flat: Tensor,
  state: Tensors,
  inputs: Tensors,
  options: Pick<StepOptions, 'logq' | 'dense'>,
  dropout?: Dropout,
): Tensor {
  const p = nameTensors(parameterSpecs(shape), flat)
  const rows = inputs['row.output'] as tf.Tensor1D
  const users = options.dense
    ? userVectorsAt(shape, p, state, inputs, rows, dropout)
    : tf.gather(userVectors(shape, p, state, inputs, dropout), rows) // [R, d]
  const candidates = candidateVectors(shape, p, state, inputs) // [C, d]
  const own = softmaxLoss({ users, candidates, tau: tf.exp(p.temperature) }, inputs, options.logq)
  if (!readsContext(shape)) return own
  const weight = tf.mul(inputs['row.weight'], inputs['context.present'])
  const inTheirs = learnInContext(p, state, { users, candidates }, inputs)
  return tf.add(own, softmaxLoss(inTheirs, { ...inputs, 'row.weight': weight }, options.logq))
}

function softmaxLoss(
  { users, candidates, tau }: { users: Tensor; candidates: Tensor; tau: Tensor },
  inputs: Tensors,
  logq: LogQ,
): Tensor {
  const cosines = tf.matMul(users as tf.Tensor2D, candidates as tf.Tensor2D, false, true)
  return sampledSoftmaxLoss(cosines, tau, inputs, logq)
}

/** Histories [S, T] to user vectors: output `vectors` [S, outputWidth]. */
export function encodeHistories(shape: ModelShape, S: number, T: number): ProgramSpec {
  return {
    name: `${shape.kind} model, encode histories [S=${S} T=${T}]`,
    inputs: userInputs(shape, S, T, S),
    fn: (state, inputs) => ({
      outputs: { vectors: userVectors(shape, nameTensors(parameterSpecs(shape), state.parameters), state, inputs) },
    }),
  }
}

/** User vectors in the context of N requests: inputs `users` and contextInputs, output `vectors` [N, outputWidth]. */
export function encodeInContext(shape: ModelShape, N: number): ProgramSpec {
  return {
    name: `user vectors in context [N=${N}]`,
    inputs: { users: { shape: [N, shape.config.outputWidth], dtype: 'float32' }, ...contextInputs(N) },
    fn: (state, inputs) => ({
      outputs: {
        vectors: inContext(nameTensors(parameterSpecs(shape), state.parameters), state, inputs.users, inputs),
      },
    }),
  }
}

/** Items or advertisers to candidate vectors: output `vectors` [C, outputWidth]. */
export function encodeCandidates(shape: ModelShape, C: number): ProgramSpec {
  return {
    name: `encode ${shape.kind}s [C=${C}]`,
    inputs: candidateInputs(shape, C),
    fn: (state, inputs) => ({
      outputs: {
        vectors: candidateVectors(shape, nameTensors(parameterSpecs(shape), state.parameters), state, inputs),
      },
    }),
  }
}

/** Every query against every entry: queries [q, d], entries [n, d] -> output `scores` [q, n]. Needs no state. */
export function scoreBlock(q: number, n: number, d: number): ProgramSpec {
  return {
    name: `scores [${q} x ${n}]`,
    inputs: { queries: { shape: [q, d], dtype: 'float32' }, entries: { shape: [n, d], dtype: 'float32' } },
    fn: (_state, inputs) => ({
      outputs: { scores: tf.matMul(inputs.queries as tf.Tensor2D, inputs.entries as tf.Tensor2D, false, true) },
    }),
  }
}

function patternDropout(state: Tensors): Dropout {
  return (site, x, inputs) => tf.mul(x, tf.gather(state['dropout.patterns'], inputs[`dropout.${site}`] as tf.Tensor1D))
}
