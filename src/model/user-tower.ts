import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { cacheParts } from '../engine/fused.js'
import type { Tensors } from '../engine/types.js'
import { mlp, unitRows } from './layers.js'
import { decayedMeanPool, lastState, maxPool, meanPool } from './pooling.js'
import type { ModelShape } from './shape.js'
import { tokens, tokenTables } from './token.js'
import { layerWeights, transformer, type Dropout } from './transformer.js'

const noDropout: Dropout = (_site, x) => x

/** User vectors [S, outputWidth] of length 1, from histories as historyInputs describes. An empty history is allowed. */
export function userVectors(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors, dropout: Dropout = noDropout): Tensor {
  const pooled = userStates(shape, p, state, inputs, dropout).map(({ states, mask }) => {
    const [s, T] = mask.shape as [number, number]
    return pool(shape, p, tf.reshape(states, [s, T, shape.config.width]), mask)
  })
  if (shape.config.userTower !== 'transformer') return userHead(p, joined(pooled))
  // the mean and the last state of scaled and shifted states; those of an empty history stay zeros
  const some = tf.max(inputs['event.mask'], 1, true)
  return userHead(p, tf.add(tf.mul(joined(pooled), p['final.norm.gain']), tf.mul(some, p['final.norm.bias'])))
}

/**
 * User vectors [R, outputWidth] after any events of the histories: int32 rows [R] hold s * T + t. The tower is causal,
 * so that each is the vector of the history that ends there.
 */
export function userVectorsAt(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors, rows: Tensor, dropout: Dropout = noDropout): Tensor {
  if (!shape.causal || shape.config.userTower !== 'transformer') throw new Error('outputs inside a history need a causal transformer')
  const states = joined(userStates(shape, p, state, inputs, dropout).map((part) => part.states))
  return userHead(p, tf.add(tf.mul(tf.gather(states, rows as tf.Tensor1D), p['final.norm.gain']), p['final.norm.bias']))
}

/**
 * [s * T, width] before pooling (and before the gain and bias of the final norm), and the mask [s, T], of some histories after another: compiled, they go through the
 * tower a part at a time, so that what lies between two products stays in the cache.
 */
function userStates(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors, dropout: Dropout): { states: Tensor; mask: Tensor }[] {
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
    const pieces = parts.length === 1 ? [x] : tf.split(x, parts.map((s) => s * rows), 0)
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

const userHead = (p: Tensors, x: Tensor): Tensor => unitRows(mlp(p, 'user', x))
