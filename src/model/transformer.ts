import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { attention, gelu, layerNorm } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'
import { dense } from './layers.js'
import type { ModelShape } from './shape.js'

/** What is added to a score to take a key out of the softmax: exp of it is 0 in float32. */
const CLOSED = -1e9

/** Multiplies the tokens by keep/drop patterns; the identity outside training. */
export type Dropout = (site: number, x: Tensor) => Tensor

/**
 * Pre-norm transformer (Vaswani et al. 2017; pre-norm: Xiong et al. 2020) over tokens [S * T, width], with padding
 * masked; states of the same shape. Causal: a state sees its own and earlier events only.
 */
export function transformer(shape: ModelShape, p: Tensors, x: Tensor, mask: Tensor, dropout: Dropout): Tensor {
  const [S, T] = mask.shape
  const { width, heads, layers } = shape.config
  const bias = attentionBias(mask, shape.causal)
  const norm = (name: string, y: Tensor): Tensor => layerNorm(y, p[`${name}.gain`], p[`${name}.bias`])
  const split = (y: Tensor): Tensor => tf.transpose(tf.reshape(y, [S, T, heads, width / heads]), [0, 2, 1, 3]) // [S, heads, T, width / heads]
  for (let l = 0; l < layers; l++) {
    const name = `layer.${l}`
    const qkv = dense(p, `${name}.attention.qkv`, norm(`${name}.attention.norm`, x))
    const [q, k, v] = tf.split(qkv as tf.Tensor2D, 3, 1).map(split)
    const mixed = tf.reshape(tf.transpose(attention(q, k, v, bias), [0, 2, 1, 3]), [S * T, width])
    x = tf.add(x, dropout(1 + 2 * l, dense(p, `${name}.attention.output`, mixed)))
    const hidden = gelu(dense(p, `${name}.feedforward.hidden`, norm(`${name}.feedforward.norm`, x)))
    x = tf.add(x, dropout(2 + 2 * l, dense(p, `${name}.feedforward.output`, hidden)))
  }
  return norm('final.norm', x)
}

/** [S, 1, 1, T] from the padding mask [S, T]; causal [S, 1, T, T]: a key after the query is closed, too. */
function attentionBias(mask: Tensor, causal: boolean): Tensor {
  const [S, T] = mask.shape
  const padding = tf.reshape(tf.mul(tf.sub(1, mask), CLOSED), [S, 1, 1, T])
  if (!causal) return padding
  const place = tf.range(0, T, 1, 'float32')
  const later = tf.step(tf.sub(tf.expandDims(place, 0), tf.expandDims(place, 1))) // [T, T]: 1 where key > query
  return tf.add(padding, tf.reshape(tf.mul(later, CLOSED), [1, 1, T, T]))
}
