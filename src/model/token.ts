import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Tensors } from '../engine/types.js'
import { DOMAIN_CODES, PRICE_BUCKETS, TYPE_CODES } from './inputs.js'
import { oneHot, sumOfRows } from './layers.js'
import type { ModelShape } from './shape.js'

/**
 * The columns of the event features that come from trained tables, [S * T, advertiserWidth + categoryWidth]: as
 * input `event.hashes` of tokens, which may then go through the events a part at a time; the gradient of a table is one
 * sum.
 */
export function tokenTables(p: Tensors, inputs: Tensors): Tensors {
  const bags = [
    sumOfRows(p['embed.advertiser'], inputs['event.advertiser']),
    sumOfRows(p['embed.category'], inputs['event.category']),
  ]
  return { 'event.hashes': tf.concat(bags, 1) }
}

/**
 * Event tokens [S * T, width]: one projection of item vector, type, domain, price bucket, log age and gap, advertiser
 * and category hashes, plus a learned position counted from the latest event (so that padding does not move it).
 * A causal tower has no position: counted from the end, it would tell an inner output how many events are still to
 * come; its mask and the gaps carry the order.
 */
export function tokens(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors): Tensor {
  const [S, T] = inputs['event.mask'].shape as [number, number]
  const { config } = shape
  const features = tf.concat<tf.Tensor2D>(
    [
      tf.gather(state['items.vectors'], inputs['event.item'] as tf.Tensor1D),
      oneHot(inputs['event.type'], TYPE_CODES),
      oneHot(inputs['event.domain'], DOMAIN_CODES),
      oneHot(inputs['event.price'], PRICE_BUCKETS),
      inputs['event.time'],
    ] as tf.Tensor2D[],
    1,
  )
  // two products, since only the hashes need a gradient
  const hashes = inputs['event.hashes']
  const [given, learned] = tf.split(p['token.weight'] as tf.Tensor2D, [features.shape[1], hashes.shape[1]!], 0)
  const projected = tf.add(tf.matMul(features, given), tf.matMul(hashes as tf.Tensor2D, learned))
  let x: Tensor = tf.add(projected, p['token.bias'])
  if (config.itemIds) x = tf.add(x, tf.gather(p['embed.item'], inputs['event.item'] as tf.Tensor1D))
  if (shape.causal) return x
  const position = tf.slice(p['embed.position'], [config.length - T, 0], [T, config.width])
  return tf.reshape(tf.add(tf.reshape(x, [S, T, config.width]), position), [S * T, config.width])
}
