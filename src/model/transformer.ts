import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { feedForward, normalize, selfAttention } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'
import { denseAfter } from './layers.js'
import type { ModelShape } from './shape.js'

/** What is added to a score to take a key out of the softmax: exp of it is 0 in float32. */
const CLOSED = -1e9

/** Multiplies the tokens by the keep/drop patterns of their inputs; the identity outside training. */
export type Dropout = (site: number, x: Tensor, inputs: Tensors) => Tensor

/** What one layer multiplies with; the gains and biases of its norms are in the products that follow them. */
export interface LayerWeights {
  qkv: [Tensor, Tensor]
  mixed: [Tensor, Tensor]
  up: [Tensor, Tensor]
  down: [Tensor, Tensor]
}

export function layerWeights(shape: ModelShape, p: Tensors): LayerWeights[] {
  return Array.from({ length: shape.config.layers }, (_, l) => {
    const [attention, feed] = [`layer.${l}.attention`, `layer.${l}.feedforward`]
    return {
      qkv: denseAfter(p, `${attention}.norm`, `${attention}.qkv`),
      mixed: [p[`${attention}.output.weight`], p[`${attention}.output.bias`]],
      up: denseAfter(p, `${feed}.norm`, `${feed}.hidden`),
      down: [p[`${feed}.output.weight`], p[`${feed}.output.bias`]],
    }
  })
}

/**
 * Pre-norm transformer (Vaswani et al. 2017; pre-norm: Xiong et al. 2020) over tokens [S * T, width], with padding
 * masked; normalized states of the same shape, before the gain and bias of the final norm. Causal: a state sees its own
 * and earlier events only.
 */
export function transformer(
  shape: ModelShape,
  layers: readonly LayerWeights[],
  x: Tensor,
  inputs: Tensors,
  dropout: Dropout,
): Tensor {
  const mask = inputs['event.mask']
  const [S, T] = mask.shape as [number, number]
  const bias = attentionBias(mask, shape.causal)
  layers.forEach(({ qkv, mixed, up, down }, l) => {
    const attended = selfAttention(affine(normalize(x), qkv), bias, S, T, shape.config.heads)
    x = tf.add(x, dropout(1 + 2 * l, affine(attended, mixed), inputs))
    x = tf.add(x, dropout(2 + 2 * l, feedForward(normalize(x) as tf.Tensor2D, ...up, ...down), inputs))
  })
  return normalize(x)
}

const affine = (x: Tensor, [weight, bias]: [Tensor, Tensor]): tf.Tensor2D =>
  tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias)

/** [S, 1, 1, T] from the padding mask [S, T]; causal [S, 1, T, T]: a key after the query is closed, too. */
function attentionBias(mask: Tensor, causal: boolean): Tensor {
  const [S, T] = mask.shape as [number, number]
  const padding = tf.reshape(tf.mul(tf.sub(1, mask), CLOSED), [S, 1, 1, T])
  if (!causal) return padding
  const place = tf.range(0, T, 1, 'float32')
  const later = tf.step(tf.sub(tf.expandDims(place, 0), tf.expandDims(place, 1))) // [T, T]: 1 where key > query
  return tf.add(padding, tf.reshape(tf.mul(later, CLOSED), [1, 1, T, T]))
}
