import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Tensors } from '../engine/types.js'
import { PRICE_BUCKETS } from './inputs.js'
import { graphTaste, meanOfRows, mlp, oneHot, sumOfRows, unitRows } from './layers.js'
import type { ModelShape } from './shape.js'

/**
 * Candidate vectors [C, outputWidth] of length 1, from itemInputs or advertiserInputs. Where `candidate.frozen` is
 * given it is taken for the rows of the frozen table.
 */
export function candidateVectors(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors): Tensor {
  const features = shape.kind === 'item' ? itemFeatures(shape, p, state, inputs) : advertiserFeatures(p, state, inputs)
  const x = mlp(p, 'candidate', tf.concat(features, 1))
  return unitRows(shape.kind === 'item' && shape.config.profile ? tf.add(x, graphTaste(p, features[0])) : x)
}

function itemFeatures(shape: ModelShape, p: Tensors, state: Tensors, inputs: Tensors): Tensor[] {
  const row = inputs['candidate.row'] as tf.Tensor1D
  const features = [
    inputs['candidate.frozen'] ?? tf.gather(state['items.vectors'], row),
    sumOfRows(p['embed.advertiser'], inputs['candidate.advertiser']),
    sumOfRows(p['embed.category'], inputs['candidate.category']),
    meanOfRows(p['embed.title'], inputs['candidate.title']),
    oneHot(inputs['candidate.price'], PRICE_BUCKETS),
    inputs['candidate.popularity'],
  ]
  if (shape.config.itemIds) features.push(tf.gather(p['embed.item'], row))
  return features
}

function advertiserFeatures(p: Tensors, state: Tensors, inputs: Tensors): Tensor[] {
  return [
    inputs['candidate.frozen'] ?? tf.gather(state['advertisers.table'], inputs['candidate.row'] as tf.Tensor1D),
    sumOfRows(p['embed.advertiser'], inputs['candidate.advertiser']),
    inputs['candidate.popularity'],
  ]
}
