import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Tensors } from '../engine/types.js'
import { mlp, unitRows } from './layers.js'
import { decayedMeanPool, lastState, maxPool, meanPool } from './pooling.js'
import type { ModelShape } from './shape.js'
import { tokens } from './token.js'
import { transformer, type Dropout } from './transformer.js'

const noDropout: Dropout = (_site, x) => x

/** User vectors [S, outputWidth] of length 1, from histories as historyInputs describes. An empty history is allowed. */
export function userVectors(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors, dropout: Dropout = noDropout): Tensor {
  const mask = inputs['event.mask']
  const [S, T] = mask.shape as [number, number]
  const states = tf.reshape(userStates(shape, p, state, inputs, dropout), [S, T, shape.config.width])
  return userHead(p, pool(shape, p, states, mask))
}

/**
 * User vectors [R, outputWidth] after any events of the histories: int32 rows [R] hold s * T + t. The tower is causal,
 * so that each is the vector of the history that ends there.
 */
export function userVectorsAt(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors, rows: Tensor, dropout: Dropout = noDropout): Tensor {
  if (!shape.causal || shape.config.userTower !== 'transformer') throw new Error('outputs inside a history need a causal transformer')
  return userHead(p, tf.gather(userStates(shape, p, state, inputs, dropout), rows as tf.Tensor1D))
}

/** [S * T, width] before pooling. */
function userStates(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors, dropout: Dropout): Tensor {
  const x = dropout(0, tokens(shape, p, state, inputs))
  return shape.config.userTower === 'transformer' ? transformer(shape, p, x, inputs['event.mask'], dropout) : x
}

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
