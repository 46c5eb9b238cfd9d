import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Tensors } from '../engine/types.js'
import { DOMAIN_CODES, PRICE_BUCKETS, TYPE_CODES } from './inputs.js'
import { dense, oneHot, sumOfRows } from './layers.js'
import type { ModelShape } from './shape.js'

/**
 * Event tokens [S * T, width]: one projection of item vector, type, domain, price bucket, log age and gap, advertiser
 * and category hashes, plus a learned position counted from the latest event (so that padding does not move it).
 * A causal tower has no position: counted from the end, it would tell an inner output how many events are still to come;
 * its mask and the gaps carry the order.
 */
export function tokens(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors): Tensor {
  const [S, T] = inputs['event.mask'].shape as [number, number]
  const { config } = shape
  const features = tf.concat(
    [
      tf.gather(state['items.vectors'], inputs['event.item'] as tf.Tensor1D),
      oneHot(inputs['event.type'], TYPE_CODES),
      oneHot(inputs['event.domain'], DOMAIN_CODES),
      oneHot(inputs['event.price'], PRICE_BUCKETS),
      inputs['event.time'],
      sumOfRows(p['embed.advertiser'], inputs['event.advertiser']),
      sumOfRows(p['embed.category'], inputs['event.category']),
    ],
    1,
  )
  let x = dense(p, 'token', features)
  if (config.itemIds) x = tf.add(x, tf.gather(p['embed.item'], inputs['event.item'] as tf.Tensor1D))
  if (shape.causal) return x
  const position = tf.slice(p['embed.position'], [config.length - T, 0], [T, config.width])
  return tf.reshape(tf.add(tf.reshape(x, [S, T, config.width]), position), [S * T, config.width])
}
