import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { feedForward, layerNorm, selfAttention } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'
import { dense } from './layers.js'
import type { ModelShape } from './shape.js'

/** What is added to a score to take a key out of the softmax: exp of it is 0 in float32. */
const CLOSED = -1e9

/** Multiplies the tokens by the keep/drop patterns of their inputs; the identity outside training. */
export type Dropout = (site: number, x: Tensor, inputs: Tensors) => Tensor

/**
 * Pre-norm transformer (Vaswani et al. 2017; pre-norm: Xiong et al. 2020) over tokens [S * T, width], with padding
 * masked; states of the same shape. Causal: a state sees its own and earlier events only.
 */
export function transformer(shape: ModelShape, p: Tensors, x: Tensor, inputs: Tensors, dropout: Dropout): Tensor {
  const mask = inputs['event.mask']
  const [S, T] = mask.shape as [number, number]
  const { heads, layers } = shape.config
  const bias = attentionBias(mask, shape.causal)
  const norm = (name: string, y: Tensor): Tensor => layerNorm(y, p[`${name}.gain`], p[`${name}.bias`])
  for (let l = 0; l < layers; l++) {
    const name = `layer.${l}`
    const qkv = dense(p, `${name}.attention.qkv`, norm(`${name}.attention.norm`, x)) // [S * T, 3 * width]
    const mixed = selfAttention(qkv as tf.Tensor2D, bias, S, T, heads)
    x = tf.add(x, dropout(1 + 2 * l, dense(p, `${name}.attention.output`, mixed), inputs))
    const f = `${name}.feedforward`
    const block = feedForward(norm(`${f}.norm`, x) as tf.Tensor2D, p[`${f}.hidden.weight`], p[`${f}.hidden.bias`], p[`${f}.output.weight`], p[`${f}.output.bias`])
    x = tf.add(x, dropout(2 + 2 * l, block, inputs))
  }
  return norm('final.norm', x)
}

/** [S, 1, 1, T] from the padding mask [S, T]; causal [S, 1, T, T]: a key after the query is closed, too. */
function attentionBias(mask: Tensor, causal: boolean): Tensor {
  const [S, T] = mask.shape as [number, number]
  const padding = tf.reshape(tf.mul(tf.sub(1, mask), CLOSED), [S, 1, 1, T])
  if (!causal) return padding
  const place = tf.range(0, T, 1, 'float32')
  const later = tf.step(tf.sub(tf.expandDims(place, 0), tf.expandDims(place, 1))) // [T, T]: 1 where key > query
  return tf.add(padding, tf.reshape(tf.mul(later, CLOSED), [1, 1, T, T]))
}
