import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { stopGradient } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'
import { DAY_CODES, HOUR_CODES } from '../features/context.js'
import { PRICE_BUCKETS } from './inputs.js'
import { meanOfRows, mlp, oneHot, sumOfRows, unitRows } from './layers.js'
import { TEMPERATURE } from './parameters.js'

/**
 * User vectors [N, outputWidth] in the context of their requests, of length 1:
 *
 *     u' = unit( u + c + MLP([c, words, item, price, hour, day, u]) ),    c = sum of the rows of the category's levels
 *
 * where there is a context, and u itself, to the last bit, where there is none. The transformer has no part in it:
 * u is what is stored of the user. The post plans "to combine the offsite conversion event sequence representation with
 * context layers"; the form is ours.
 *
 * @param users [N, outputWidth] of length 1
 * @param inputs contextInputs; where `context.vector` is given it is taken for the frozen vector of the item
 */
export function inContext(p: Tensors, state: Tensors, users: Tensor, inputs: Tensors): Tensor {
  const category = sumOfRows(p['context.category'], inputs['context.category'])
  const x = tf.concat(
    [
      category,
      meanOfRows(p['embed.title'], inputs['context.title']),
      inputs['context.vector'] ?? tf.gather(state['items.vectors'], inputs['context.item'] as tf.Tensor1D),
      oneHot(inputs['context.price'], PRICE_BUCKETS),
      oneHot(inputs['context.hour'], HOUR_CODES),
      oneHot(inputs['context.weekday'], DAY_CODES),
      users,
    ],
    1,
  )
  const present = tf.reshape(inputs['context.present'], [-1, 1])
  const moved = unitRows(tf.add(users, tf.add(category, mlp(p, 'context', x))))
  // one of the two products is 0, so that the other side is exact
  return tf.add(tf.mul(moved, present), tf.mul(users, tf.sub(1, present)))
}

/**
 * What the loss in context reads: vectors as the towers make them, and the temperature [1] of the context layers. It
 * trains those layers and nothing else, so that without a context a model is what it would be without them.
 */
export function learnInContext(
  p: Tensors,
  state: Tensors,
  { users, candidates }: { users: Tensor; candidates: Tensor },
  inputs: Tensors,
): { users: Tensor; candidates: Tensor; tau: Tensor } {
  const own = { ...p, 'embed.title': stopGradient(p['embed.title']) }
  return {
    users: inContext(own, state, stopGradient(users), inputs),
    candidates: stopGradient(candidates),
    tau: tf.exp(tf.maximum(p['context.temperature'], Math.log(TEMPERATURE.min))),
  }
}

/** Whether a parameter is of the context layers alone. */
export const isContextLayer = (name: string): boolean => name.startsWith('context.')
