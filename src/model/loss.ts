import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { logSumExp } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'

/** Weights of the log-Q correction: a_pos on the positive, a_neg on the negatives. */
export interface LogQ {
  positive: number
  negative: number
}

/**
 * Sampled softmax with log-Q correction (Bengio & Senecal 2008; two-tower form: Yi et al. 2019, equation 5), with
 * separate weights for the positive and the negatives.
 *
 *     s(r,j) = cosine(r, j) / tau
 *     l(p)   = s(r,p) - a_pos * log Q(p)
 *     l(j)   = s(r,j) - a_neg * log Q(j)
 *     loss   = sum_r w_r * (log(exp l(p) + sum over j in C of exp l(j)) - l(p)) / sum_r w_r
 *
 * @param cosines [R, C]; column r is the positive of row r
 * @param tau scalar
 * @param inputs row.weight [R], candidate.logq [C], mask [R, C]: C of the sum are the columns with mask 1, without
 *   the row's own positive, which is always in
 */
export function sampledSoftmaxLoss(cosines: Tensor, tau: Tensor, inputs: Tensors, logq: LogQ): Tensor {
  const [R, C] = cosines.shape as [number, number]
  const scores = tf.div(cosines, tau)
  const logQ = tf.reshape(inputs['candidate.logq'], [1, C])
  const row = tf.range(0, R, 1, 'int32')
  // [R, C]
  const own = tf.cast(tf.equal(tf.expandDims(row, 1), tf.expandDims(tf.range(0, C, 1, 'int32'), 0)), 'float32')

  const corrected = tf.add(
    tf.sub(scores, tf.mul(logQ, logq.negative)),
    tf.mul(own, tf.mul(logQ, logq.negative - logq.positive)),
  )
  const open = tf.maximum(own, inputs.mask)
  const logits = tf.add(corrected, tf.mul(tf.sub(open, 1), 1e9))
  const positive = tf.sum(tf.mul(own, corrected), 1) // [R]
  const loss = tf.sub(logSumExp(logits), positive) // [R]
  const weight = inputs['row.weight']
  return tf.div(tf.sum(tf.mul(loss, weight)), tf.maximum(tf.sum(weight), 1e-12))
}
