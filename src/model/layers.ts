import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Tensors } from '../engine/types.js'
import type { ParameterSpec } from './parameters.js'

/** The flat vector cut into named parameters. */
export function nameTensors(specs: readonly ParameterSpec[], flat: Tensor): Tensors {
  const parts = tf.split(
    flat as tf.Tensor1D,
    specs.map((spec) => spec.size),
    0,
  )
  return Object.fromEntries(specs.map(({ name, shape }, i) => [name, tf.reshape(parts[i], shape)]))
}

/** x [n, from] W [from, to] + b */
export function dense(p: Tensors, name: string, x: Tensor): Tensor {
  return tf.add(tf.matMul(x as tf.Tensor2D, p[`${name}.weight`] as tf.Tensor2D), p[`${name}.bias`])
}

/**
 * The parameters of a dense layer of x * gain + bias, made from those of norm and layer, for plain x: [weight, bias].
 */
export function denseAfter(p: Tensors, norm: string, name: string): [Tensor, Tensor] {
  const weight = p[`${name}.weight`] as tf.Tensor2D
  const gain = tf.reshape(p[`${norm}.gain`], [-1, 1])
  const shift = tf.reshape(tf.matMul(tf.reshape(p[`${norm}.bias`], [1, -1]), weight), [-1])
  return [tf.mul(gain, weight), tf.add(shift, p[`${name}.bias`])]
}

/** One hidden layer: [n, from] -> [n, to]. */
export function mlp(p: Tensors, name: string, x: Tensor): Tensor {
  return dense(p, `${name}.output`, gelu(dense(p, `${name}.hidden`, x)))
}

/** Gaussian error linear unit, x Phi(x) with the exact normal distribution (Hendrycks & Gimpel 2016). */
function gelu(x: Tensor): Tensor {
  return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5))
}

/** Rows scaled to length 1; a row of zeros stays zeros. */
export function unitRows(x: Tensor): Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)))
}

/** 1 at the index, 0 elsewhere: int32 [n] -> float32 [n, depth]. */
export function oneHot(index: Tensor, depth: number): Tensor {
  return tf.cast(tf.equal(tf.expandDims(index, -1), tf.range(0, depth, 1, 'int32')), 'float32')
}

/** Sum of the table rows of every line of indices: table [rows, w], int32 [n, k] -> [n, w]. */
export function sumOfRows(table: Tensor, index: Tensor): Tensor {
  return tf.sum(tf.gather(table, index as tf.Tensor2D), 1)
}

/** Mean of the rows whose index is not 0; zeros where there is none: table [rows, w], int32 [n, k] -> [n, w]. */
export function meanOfRows(table: Tensor, index: Tensor): Tensor {
  const present = tf.step(tf.cast(index, 'float32')) // [n, k]
  const weights = tf.div(present, tf.maximum(tf.sum(present, 1, true), 1))
  return weightedSum(tf.gather(table, index as tf.Tensor2D), weights)
}

/** Rows [n, k, w], weights [n, k] -> [n, w]: a batched product, which is one kernel forward and one backward. */
export function weightedSum(rows: Tensor, weights: Tensor): Tensor {
  const [n, k, w] = rows.shape as [number, number, number]
  return tf.reshape(tf.matMul(tf.reshape(weights, [n, 1, k]), rows as tf.Tensor3D), [n, w])
}

/**
 * Graph vectors [n, vectorWidth] in the space of the output [n, outputWidth], by one matrix for both towers: what a
 * user and an item share in the graph is part of their product from the first step on, and need not pass through the
 * layers.
 */
export function graphTaste(p: Tensors, vectors: Tensor): Tensor {
  return tf.matMul(vectors as tf.Tensor2D, p['taste.weight'] as tf.Tensor2D)
}
