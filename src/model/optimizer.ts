import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { TensorSpec } from '../engine/types.js'
import { TEMPERATURE } from './parameters.js'

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

/** What one AdamW step is fed. */
export function optimizerInputs(): Record<string, TensorSpec> {
  const scalar: TensorSpec = { shape: [], dtype: 'float32' }
  return { 'learning.rate': scalar, 'adam.correction1': scalar, 'adam.correction2': scalar }
}

/** Values for optimizerInputs at step 1, 2, ...: the bias corrections are 1 / (1 - beta^step). */
export function optimizerFeeds(step: number, learningRate: number): Record<string, Float32Array> {
  return {
    'learning.rate': Float32Array.of(learningRate),
    'adam.correction1': Float32Array.of(1 / (1 - ADAM.beta1 ** step)),
    'adam.correction2': Float32Array.of(1 / (1 - ADAM.beta2 ** step)),
  }
}

/** Scales a gradient so that its norm is at most `limit` (Pascanu et al. 2013); also returns the norm it had. */
export function clipByNorm(gradient: Tensor, limit: number): { gradient: Tensor; norm: Tensor } {
  const norm = tf.sqrt(tf.sum(tf.square(gradient)))
  return { gradient: tf.mul(gradient, tf.div(limit, tf.maximum(norm, limit))), norm }
}

export interface AdamState {
  parameters: Tensor
  m: Tensor
  v: Tensor
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019) on flat vectors [n]:
 *
 *     m' = beta1 m + (1 - beta1) g          v' = beta2 v + (1 - beta2) g^2
 *     p' = p - rate * (c1 m' / (sqrt(c2 v') + epsilon) + weightDecay * decay * p)
 *
 * @param decay 1 where weight decay applies @param feeds as optimizerInputs
 */
export function adamStep(
  state: AdamState,
  gradient: Tensor,
  decay: Tensor,
  feeds: Record<string, Tensor>,
  weightDecay: number,
): AdamState {
  const { beta1, beta2, epsilon } = ADAM
  const m = tf.add(tf.mul(state.m, beta1), tf.mul(gradient, 1 - beta1))
  const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(gradient), 1 - beta2))
  const rate = feeds['learning.rate'] as Scalar
  const move = tf.div(
    tf.mul(m, tf.mul(rate, feeds['adam.correction1'])),
    tf.add(tf.sqrt(tf.mul(v, feeds['adam.correction2'])), epsilon),
  )
  const kept = tf.mul(state.parameters, tf.sub(1, tf.mul(decay, tf.mul(rate, weightDecay))))
  return { parameters: tf.sub(kept, move), m, v }
}

/** Keeps the log temperature, the last entry of the flat vector, within its bounds. */
export function boundTemperature(parameters: Tensor): Tensor {
  const n = parameters.shape[0] as number
  const [rest, temperature] = tf.split(parameters as tf.Tensor1D, [n - 1, 1], 0)
  const bounded = tf.minimum(tf.maximum(temperature, Math.log(TEMPERATURE.min)), Math.log(TEMPERATURE.max))
  return tf.concat([rest, bounded as tf.Tensor1D], 0)
}
