import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import './gradients.js'

/*
 * Functions with gradients of their own: fewer ops than what tfjs would derive, and one operator where the engine has
 * it. They run on every engine; where the operator is missing they are composed of ordinary ops.
 */

/** The same values; no gradient flows through it. */
export function stopGradient<T extends Tensor>(x: T): T {
  const forward = tf.customGrad((...args) => {
    const [input] = args as unknown as [Tensor]
    return { value: tf.mul(input, 1), gradFunc: () => tf.zeros(input.shape) }
  })
  return forward(x) as T
}

/**
 * Layer normalization over the last axis without gain and bias (Ba, Kiros & Hinton, 2016): (x - mean) / sqrt(variance +
 * epsilon). What follows it is linear and can take them in.
 * @param x [..., d]
 */
export function normalize<T extends Tensor>(x: T, epsilon = 1e-5): T {
  const forward = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, Save]
    const [value, inverse] = normalized(input, epsilon)
    save([value, inverse])
    return {
      value,
      gradFunc: (dy: Tensor, [y, inverse0]: Tensor[]) => {
        const along = tf.mean(tf.mul(dy, y), -1, true)
        return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, -1, true)), tf.mul(y, along)), inverse0)
      },
    }
  })
  return forward(x) as T
}

/**
 * Self-attention of `heads` heads (Vaswani et al., 2017), softmax(q·kᵀ / sqrt(d) + bias) · v, on merged projections, so
 * that all heads move between layouts in one transpose.
 * @param qkv [B · T, 3 · D]: the queries, keys and values of every position side by side
 * @param bias broadcasts to [B, heads, T, T]; large negative where a query must not look. No gradient flows to it.
 * @returns [B · T, D]
 */
export function selfAttention(qkv: Tensor2D, bias: Tensor, B: number, T: number, heads: number): Tensor2D {
  const width = qkv.shape[1] / 3
  const depth = width / heads
  const scale = 1 / Math.sqrt(depth)
  const attend = tf.customGrad((...args) => {
    const [merged, mask, save] = args as unknown as [Tensor, Tensor, Save]
    const stacked = tf.transpose(tf.reshape(merged, [B, T, 3, heads, depth]), [2, 0, 3, 1, 4]) // [3, B, H, T, d]
    const [q, k, v] = tf.split(stacked, 3, 0).map((t) => tf.reshape(t, [B, heads, T, depth]))
    const [output, weights] = attended(q, k, v, mask, scale)
    save([q, k, v, weights, output])
    return {
      value: tf.reshape(tf.transpose(output, [0, 2, 1, 3]), [B * T, width]),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const dOutput = tf.transpose(tf.reshape(dy, [B, T, heads, depth]), [0, 2, 1, 3])
        const parts = attendedGradient(dOutput, saved, scale)
        const dStacked = tf.reshape(tf.concat(parts, 0), [3, B, heads, T, depth])
        return [tf.reshape(tf.transpose(dStacked, [1, 3, 0, 2, 4]), [B * T, 3 * width]), tf.zeros(mask.shape)]
      },
    }
  })
  return attend(qkv, bias) as Tensor2D
}

/**
 * The feed-forward block of a transformer: relu(x · up + upBias) · down + downBias.
 * @param x [n, d] @param up [d, f] @param upBias [f] @param down [f, e] @param downBias [e]
 * @returns [n, e]
 */
export function feedForward(x: Tensor2D, up: Tensor, upBias: Tensor, down: Tensor, downBias: Tensor): Tensor2D {
  const forward = tf.customGrad((...args) => {
    const [input, w1, b1, w2, b2, save] = args as unknown as [Tensor, Tensor, Tensor, Tensor, Tensor, Save]
    const hidden = tf.relu(tf.add(product(input, w1, false, false, 1), b1))
    save([w1, w2, input, hidden])
    return {
      value: tf.add(product(hidden, w2, false, false, 1), b2),
      gradFunc: (dy: Tensor, [u, d, input0, hidden0]: Tensor[]) => {
        const dHidden = tf.mul(product(dy, d, false, true, 1), tf.step(hidden0))
        return [
          product(dHidden, u, false, true, 1),
          product(input0, dHidden, true, false, 1),
          tf.sum(dHidden, 0),
          product(hidden0, dy, true, false, 1),
          tf.sum(dy, 0),
        ]
      },
    }
  })
  return forward(x, up, upBias, down, downBias) as Tensor2D
}

/** log of the sum of exp over the last axis, which goes away. @param x [..., n] */
export function logSumExp(x: Tensor): Tensor {
  const reduce = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, Save]
    const top = tf.max(input, -1, true)
    const powers = tf.exp(tf.sub(input, top))
    const sum = tf.sum(powers, -1, true)
    save([powers, sum])
    return {
      value: tf.reshape(tf.add(tf.log(sum), top), input.shape.slice(0, -1)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [powers0, sum0] = saved
        return tf.mul(powers0, tf.div(tf.reshape(dy, sum0.shape), sum0))
      },
    }
  })
  return reduce(x)
}

/**
 * Elements of the widest tensor of a part: 2 MiB of float32, half the second-level caches of two cores. Measured: 1 MiB
 * costs 14 % more, 16 MiB 5 %.
 */
const CACHED = 1 << 19

/**
 * How many of n rows to take at a time where a row needs `width` elements in its widest step. Op by op nothing is kept
 * in a cache, so there it is all of them at once.
 */
export function cacheParts(n: number, width: number): number[] {
  if (!has('ScaledMatMul') || n * width <= CACHED) return [n]
  const size = Math.max(1, Math.floor(CACHED / width))
  return Array.from({ length: Math.ceil(n / size) }, (_, i) => Math.min(size, n - i * size))
}

type Save = (tensors: Tensor[]) => void

/** [normalized x, 1 / standard deviation] */
function normalized(x: Tensor, epsilon: number): Tensor[] {
  if (has('LayerNormalization')) return kernel('LayerNormalization', { x }, { epsilon })
  const mean = tf.mean(x, -1, true)
  const centred = tf.sub(x, mean)
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon))
  return [tf.mul(centred, inverse), inverse]
}

/** [softmax(q·kᵀ · scale + bias) · v, the softmax] */
function attended(q: Tensor, k: Tensor, v: Tensor, bias: Tensor, scale: number): [Tensor, Tensor] {
  const weights = tf.softmax(tf.add(product(q, k, false, true, scale), bias))
  return [tf.matMul(weights, v), weights]
}

/** Gradients of q, k and v, from [q, k, v, weights, output] (Dao et al., FlashAttention, 2022, appendix B). */
function attendedGradient(dy: Tensor, saved: Tensor[], scale: number): Tensor[] {
  const [q, k, v, weights, output] = saved
  const dWeights = tf.matMul(dy, v, false, true)
  const along = tf.sum(tf.mul(dy, output), -1, true)
  const dScores = tf.mul(tf.sub(dWeights, along), weights)
  return [
    product(dScores, k, false, false, scale),
    product(dScores, q, true, false, scale),
    tf.matMul(weights, dy, true, false),
  ]
}

function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean, alpha: number): Tensor {
  if (has('ScaledMatMul')) return kernel('ScaledMatMul', { a, b }, { transposeA, transposeB, alpha })[0]
  const result = tf.matMul(a, b, transposeA, transposeB)
  return alpha === 1 ? result : tf.mul(result, alpha)
}

function has(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined
}

function kernel(
  name: string,
  inputs: Record<string, Tensor>,
  attributes: Record<string, number | boolean> = {},
): Tensor[] {
  return [tf.engine().runKernel(name, inputs, attributes) as Tensor | Tensor[]].flat()
}
