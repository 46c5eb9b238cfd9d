import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ProgramSpec, StateEntry, Tensors } from '../engine/types.js'
import { dense, nameTensors } from './layers.js'
import { adamStep, optimizerInputs } from './optimizer.js'
import { decayMask, initialParameters, parameterCount, type ParameterSpec } from './parameters.js'

/** Sizes of the light ranker: columns it reads, hidden units. */
export interface LightRankerShape {
  features: number
  hidden: number
}

/** Parameters: logit = x linear + relu(x hidden + b) output + bias. */
export function lightRankerSpecs({ features, hidden }: LightRankerShape): ParameterSpec[] {
  const parts: [name: string, shape: number[], init: ParameterSpec['init'], decay: boolean][] = [
    ['linear.weight', [features, 1], { constant: 0 }, true],
    ['linear.bias', [1], { constant: 0 }, false],
    ['hidden.weight', [features, hidden], { normal: Math.sqrt(2 / features) }, true],
    ['hidden.bias', [hidden], { constant: 0 }, false],
    ['output.weight', [hidden, 1], { normal: 0.1 / Math.sqrt(hidden) }, true],
    ['output.bias', [1], { constant: 0 }, false],
  ]
  let offset = 0
  return parts.map(([name, shape, init, decay]) => {
    const size = shape.reduce((a, b) => a * b, 1)
    offset += size
    return { name, shape, offset: offset - size, size, decay, init }
  })
}

/** State at the start of training. */
export function lightRankerState(shape: LightRankerShape, seed: number): Record<string, StateEntry> {
  const specs = lightRankerSpecs(shape)
  const n = parameterCount(specs)
  return {
    parameters: { shape: [n], data: initialParameters(specs, seed) },
    'adam.m': { shape: [n], data: new Float32Array(n) },
    'adam.v': { shape: [n], data: new Float32Array(n) },
    decay: { shape: [n], data: decayMask(specs) },
  }
}

/** Rows of one step: G users with R candidates each. */
export interface LightRankerBatch {
  G: number
  R: number
}

/**
 * One step of training. Inputs: x [G * R, features]; label [G, R], 1 for what is converted on; weight [G, R], rows that
 * a row stands for, 0 for padding; offset [G, R], -log of the share of the user's negatives that was drawn: so much it
 * adds to the log odds; conversions [G, R] that a row stands for. The loss is the logistic one over all rows, in which
 * probabilities are learned, plus the softmax one within each user, in which the order is (their share `listwise`), and
 * where every conversion counts, as in recall. Outputs `loss` [1].
 */
export function lightRankerStep(
  shape: LightRankerShape,
  { G, R }: LightRankerBatch,
  { listwise, weightDecay }: { listwise: number; weightDecay: number },
): ProgramSpec {
  const grid = { shape: [G, R], dtype: 'float32' as const }
  return {
    name: `light ranker step [G=${G} R=${R}]`,
    inputs: {
      x: { shape: [G * R, shape.features], dtype: 'float32' },
      label: grid,
      weight: grid,
      offset: grid,
      conversions: grid,
      ...optimizerInputs(),
    },
    fn: (state, inputs) => {
      const loss = (flat: Tensor): Tensor => {
        const logit = tf.reshape(lightRankerLogits(shape, flat, inputs.x), [G, R])
        return tf.add(tf.mul(1 - listwise, logisticLoss(logit, inputs)), tf.mul(listwise, softmaxLoss(logit, inputs)))
      }
      const { value, grad } = tf.valueAndGrad(loss as (x: Tensor) => Tensor)(state.parameters)
      const moments = { parameters: state.parameters, m: state['adam.m'], v: state['adam.v'] }
      const next = adamStep(moments, grad, state.decay, inputs, weightDecay)
      return {
        outputs: { loss: tf.reshape(value, [1]) },
        next: { parameters: next.parameters, 'adam.m': next.m, 'adam.v': next.v },
      }
    },
  }
}

/** x [n, features] -> logits [n, 1] */
export function lightRankerLogits(shape: LightRankerShape, flat: Tensor, x: Tensor): Tensor {
  const p = nameTensors(lightRankerSpecs(shape), flat)
  return tf.add(dense(p, 'linear', x), dense(p, 'output', tf.relu(dense(p, 'hidden', x))))
}

/** Mean of log(1 + e^z) - y z, z the logit of the sampled rows. */
function logisticLoss(logit: Tensor, { label, weight, offset }: Tensors): Tensor {
  const z = tf.add(logit, offset)
  // log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)
  const magnitude = tf.add(tf.relu(z), tf.relu(tf.neg(z)))
  const loss = tf.sub(tf.add(tf.relu(z), tf.log(tf.add(1, tf.exp(tf.neg(magnitude))))), tf.mul(label, z))
  return tf.div(tf.sum(tf.mul(weight, loss)), tf.maximum(tf.sum(weight), 1))
}

/** Mean over conversions of -log softmax among the user's rows; a negative stands for those it was drawn from. */
function softmaxLoss(logit: Tensor, { label, weight, offset, conversions }: Tensors): Tensor {
  const masked = tf.add(logit, tf.mul(tf.sub(tf.minimum(weight, 1), 1), 1e9))
  const score = tf.add(masked, tf.mul(tf.sub(1, label), offset))
  const top = tf.max(score, 1, true)
  const total = tf.add(tf.log(tf.sum(tf.exp(tf.sub(score, top)), 1, true)), top)
  const loss = tf.mul(conversions, tf.sub(total, score))
  return tf.div(tf.sum(loss), tf.maximum(tf.sum(conversions), 1))
}
