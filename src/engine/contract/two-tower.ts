import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import { logSumExp, normalize, selfAttention } from '../fused.js'
import type { ProgramSpec, Tensors } from '../types.js'

/**
 * Sizes of the small model that every engine must train alike: histories, events, width, heads, candidates, entries.
 */
export const S = 4
export const T = 5
const D = 8
const H = 2
const C = 9
const ENTRIES = 30

/** Trained parameters by name. */
export const PARAMETERS: Record<string, readonly number[]> = {
  table: [ENTRIES, D],
  position: [T, D],
  scale1: [D],
  bias1: [D],
  qkv: [D, 3 * D],
  qkvBias: [3 * D],
  out: [D, D],
  scale2: [D],
  bias2: [D],
  up: [D, 2 * D],
  upBias: [2 * D],
  down: [2 * D, D],
  downBias: [D],
  item: [D, D],
  itemBias: [D],
  temperature: [],
}

/**
 * One training step of a transformer user tower against an item tower: in-batch and sampled negatives with a log-Q
 * correction, a mask, and Adam (Kingma & Ba, 2015), with m/… and v/… as its moments in the state.
 */
export const TWO_TOWER_STEP: ProgramSpec = {
  name: 'contract two-tower train step',
  inputs: {
    events: { shape: [S * T], dtype: 'int32' },
    mask: { shape: [S, T], dtype: 'float32' },
    candidates: { shape: [C], dtype: 'int32' },
    logq: { shape: [C], dtype: 'float32' },
    rate: { shape: [], dtype: 'float32' },
  },
  fn: (state, inputs) => {
    const names = Object.keys(PARAMETERS)
    const objective = (...values: Tensor[]): Tensor =>
      loss(Object.fromEntries(values.map((v, i) => [names[i], v])), inputs)
    const { value, grads } = tf.valueAndGrads(objective as (...args: Tensor[]) => tf.Scalar)(names.map((n) => state[n]))
    const next: Tensors = {}
    names.forEach((name, i) => {
      const m = tf.add(tf.mul(state[`m/${name}`], 0.9), tf.mul(grads[i], 0.1))
      const v = tf.add(tf.mul(state[`v/${name}`], 0.999), tf.mul(tf.square(grads[i]), 0.001))
      next[`m/${name}`] = m
      next[`v/${name}`] = v
      next[name] = tf.sub(state[name], tf.mul(tf.div(m, tf.add(tf.sqrt(v), 1e-8)), inputs.rate))
    })
    return { outputs: { loss: value, ...Object.fromEntries(names.map((n, i) => [`gradient/${n}`, grads[i]])) }, next }
  },
}

function loss(p: Tensors, { events, mask, candidates, logq }: Tensors): Tensor {
  const users = userTower(p, events as Tensor1D, mask as Tensor2D)
  const items = unit(dense(tf.gather(p.table, candidates as Tensor1D), p.item, p.itemBias))
  const scores = tf.sub(tf.mul(tf.matMul(users, items, false, true), tf.exp(tf.neg(p.temperature))), logq) // [S, C]
  // the first S candidates are the positives; one equal to a row's positive elsewhere is no negative
  const ids = tf.reshape(candidates, [1, C])
  const same = tf.equal(tf.reshape(tf.slice(candidates, [0], [S]), [S, 1]), ids)
  const own = tf.equal(tf.reshape(tf.range(0, S, 1, 'int32'), [S, 1]), tf.range(0, C, 1, 'int32'))
  const masked = tf.where(tf.logicalAnd(same, tf.logicalNot(own)), tf.fill([S, C], -1e9), scores)
  const positives = tf.sum(tf.mul(scores, tf.cast(own, 'float32')), 1)
  return tf.mean(tf.sub(logSumExp(masked), positives))
}

function userTower(p: Tensors, events: Tensor1D, mask: Tensor2D): Tensor {
  let x: Tensor = tf.add(tf.reshape(tf.gather(p.table, events), [S, T, D]), p.position)
  x = tf.reshape(x, [S * T, D])
  const bias = tf.reshape(tf.mul(tf.sub(mask, 1), 1e9), [S, 1, 1, T])
  const qkv = dense(tf.add(tf.mul(normalize(x), p.scale1), p.bias1), p.qkv, p.qkvBias)
  x = tf.add(x, tf.matMul(selfAttention(qkv as Tensor2D, bias, S, T, H), p.out as Tensor2D))
  const hidden = tf.relu(dense(tf.add(tf.mul(normalize(x), p.scale2), p.bias2), p.up, p.upBias))
  x = tf.add(x, dense(hidden, p.down, p.downBias))
  const weights = tf.reshape(mask, [S, T, 1])
  return unit(tf.div(tf.sum(tf.mul(tf.reshape(x, [S, T, D]), weights), 1), tf.sum(mask, 1, true)))
}

function dense(x: Tensor, w: Tensor, b: Tensor): Tensor {
  return tf.add(tf.matMul(x as Tensor2D, w as Tensor2D), b)
}

function unit(x: Tensor): Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-12)))
}
