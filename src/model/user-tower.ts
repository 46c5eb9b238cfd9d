import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { cacheParts } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'
import { graphTaste, mlp, sumOfRows, unitRows, weightedSum } from './layers.js'
import { decayedMeanPool, lastState, maxPool, meanPool } from './pooling.js'
import type { ModelShape } from './shape.js'
import { tokens, tokenTables } from './token.js'
import { layerWeights, transformer, type Dropout } from './transformer.js'

const noDropout: Dropout = (_site, x) => x

/**
 * User vectors [S, outputWidth] of length 1, from histories as historyInputs describes. An empty history is allowed.
 */
export function userVectors(
  shape: ModelShape,
  p: Tensors,
  state: Tensors,
  inputs: Tensors,
  dropout: Dropout = noDropout,
): Tensor {
  const pooled = userStates(shape, p, state, inputs, dropout).map(({ states, mask }) => {
    const [s, T] = mask.shape as [number, number]
    return pool(shape, p, tf.reshape(states, [s, T, shape.config.width]), mask)
  })
  if (shape.config.userTower !== 'transformer') return userHead(shape, p, state, joined(pooled), inputs)
  // the mean and the last state of scaled and shifted states; those of an empty history stay zeros
  const some = tf.max(inputs['event.mask'], 1, true)
  return userHead(
    shape,
    p,
    state,
    tf.add(tf.mul(joined(pooled), p['final.norm.gain']), tf.mul(some, p['final.norm.bias'])),
    inputs,
  )
}

/**
 * User vectors [R, outputWidth] after any events of the histories: int32 rows [R] hold s * T + t. The tower is causal,
 * so that each is the vector of the history that ends there.
 */
export function userVectorsAt(
  shape: ModelShape,
  p: Tensors,
  state: Tensors,
  inputs: Tensors,
  rows: Tensor,
  dropout: Dropout = noDropout,
): Tensor {
  if (!shape.causal || shape.config.userTower !== 'transformer')
    throw new Error('outputs inside a history need a causal transformer')
  const states = joined(userStates(shape, p, state, inputs, dropout).map((part) => part.states))
  return userHead(
    shape,
    p,
    state,
    tf.add(tf.mul(tf.gather(states, rows as tf.Tensor1D), p['final.norm.gain']), p['final.norm.bias']),
    inputs,
  )
}

/**
 * [s * T, width] before pooling (and before the gain and bias of the final norm), and the mask [s, T], of some
 * histories after another: compiled, they go through the tower a part at a time, so that what lies between two products
 * stays in the cache.
 */
function userStates(
  shape: ModelShape,
  p: Tensors,
  state: Tensors,
  inputs: Tensors,
  dropout: Dropout,
): { states: Tensor; mask: Tensor }[] {
  const { width, heads, feedForward, userTower } = shape.config
  const [S, T] = inputs['event.mask'].shape as [number, number]
  const widest = userTower === 'transformer' ? Math.max(3 * width, feedForward, heads * T) : width
  const parts = cacheParts(S, T * widest)
  const layers = userTower === 'transformer' ? layerWeights(shape, p) : undefined
  return splitInputs({ ...inputs, ...tokenTables(p, inputs) }, S, parts).map((part) => {
    const x = dropout(0, tokens(shape, p, state, part), part)
    const mask = part['event.mask']
    return { states: layers ? transformer(shape, layers, x, part, dropout) : x, mask }
  })
}

/** The inputs about events (and the dropout of their tokens) of as many histories as each part has. */
function splitInputs(inputs: Tensors, S: number, parts: number[]): Tensors[] {
  const split: Tensors[] = parts.map(() => ({}))
  for (const [name, x] of Object.entries(inputs)) {
    if (!/^(event|dropout)\./.test(name)) continue
    const rows = x.shape[0]! / S
    const pieces =
      parts.length === 1
        ? [x]
        : tf.split(
            x,
            parts.map((s) => s * rows),
            0,
          )
    pieces.forEach((piece, i) => (split[i][name] = piece))
  }
  return split
}

const joined = (parts: Tensor[]): Tensor => (parts.length === 1 ? parts[0] : tf.concat(parts, 0))

/** [S, T, width] -> [S, width] */
function pool(shape: ModelShape, p: Tensors, states: Tensor, mask: Tensor): Tensor {
  switch (shape.config.userTower) {
    case 'transformer':
      return shape.causal ? lastState(states, mask) : meanPool(states, mask)
    case 'mean':
      return meanPool(states, mask)
    case 'max':
      return maxPool(states, mask)
    case 'decayed-mean':
      return decayedMeanPool(states, mask, p['decay.rate'])
  }
}

/** The pooled history [N, width], beside it the profile where the model has one, through the last layers. */
function userHead(shape: ModelShape, p: Tensors, state: Tensors, pooled: Tensor, inputs: Tensors): Tensor {
  if (!shape.config.profile) return unitRows(mlp(p, 'user', pooled))
  const { items, hashes } = profile(p, state, inputs)
  const x = mlp(p, 'user', tf.concat([pooled, items, ...hashes], 1))
  return unitRows(shape.kind === 'item' ? tf.add(x, graphTaste(p, items)) : x)
}

/**
 * What profileInputs sums up to: of the frozen item vectors, brought to unit length [N, vectorWidth], and of the tables
 * that events and candidates share [N, categoryWidth], [N, advertiserWidth].
 */
function profile(p: Tensors, state: Tensors, inputs: Tensors): { items: Tensor; hashes: Tensor[] } {
  const item = inputs['profile.item'] as tf.Tensor2D
  const [N, K] = item.shape
  const strength = tf.reshape(tf.gather(state['items.strength'], item), [N, K])
  const advertisers = sumOfRows(p['embed.advertiser'], inputs['profile.advertiser'])
  const [, A] = inputs['profile.advertiser.weight'].shape as [number, number]
  return {
    items: unitRows(
      weightedSum(tf.gather(state['items.vectors'], item), tf.mul(inputs['profile.item.weight'], strength)),
    ),
    hashes: [
      weightedSum(
        tf.gather(p['embed.category'], inputs['profile.category'] as tf.Tensor2D),
        inputs['profile.category.weight'],
      ),
      weightedSum(tf.reshape(advertisers, [N, A, advertisers.shape[1]!]), inputs['profile.advertiser.weight']),
    ],
  }
}
