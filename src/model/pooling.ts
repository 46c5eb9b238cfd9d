import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { weightedSum } from './layers.js'

/** Mean over the events of every history: x [S, T, w], mask [S, T] -> [S, w]; zeros for an empty history. */
export function meanPool(x: Tensor, mask: Tensor): Tensor {
  return weightedMean(x, mask)
}

/** Largest value of every column over the events; zeros for an empty history. */
export function maxPool(x: Tensor, mask: Tensor): Tensor {
  const [S, T] = mask.shape as [number, number]
  const open = tf.add(x, tf.reshape(tf.mul(tf.sub(mask, 1), 1e9), [S, T, 1]))
  return tf.mul(tf.max(open, 1), tf.max(mask, 1, true))
}

/** Mean with weights exp(-exp(logRate) * rank), rank 0 for the latest event: logRate [1]. */
export function decayedMeanPool(x: Tensor, mask: Tensor, logRate: Tensor): Tensor {
  const T = mask.shape[1]!
  const rank = tf.range(T - 1, -1, -1, 'float32')
  return weightedMean(x, tf.mul(mask, tf.exp(tf.neg(tf.mul(rank, tf.exp(logRate))))))
}

/** State of the latest event, which is at T - 1; zeros for an empty history. */
export function lastState(x: Tensor, mask: Tensor): Tensor {
  const [S, T, w] = x.shape as [number, number, number]
  const last = tf.reshape(tf.slice(x as tf.Tensor3D, [0, T - 1, 0], [S, 1, w]), [S, w])
  return tf.mul(last, tf.slice(mask as tf.Tensor2D, [0, T - 1], [S, 1]))
}

/** Weights of a history brought to a sum of 1; one without any stays at 0. */
function weightedMean(x: Tensor, weights: Tensor): Tensor {
  return weightedSum(x, tf.div(weights, tf.maximum(tf.sum(weights, 1, true), 1e-6)))
}
