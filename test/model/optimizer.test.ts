import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { adamStep, boundTemperature, clipByNorm, optimizerFeeds } from '../../src/model/optimizer.js'

const values = (t: tf.Tensor): number[] => Array.from(t.dataSync())

describe('AdamW', () => {
  it('matches two steps done by hand', () => {
    const [rate, weightDecay] = [0.1, 0.5]
    let state = {
      parameters: tf.tensor1d([1, -2]) as tf.Tensor,
      m: tf.zeros([2]) as tf.Tensor,
      v: tf.zeros([2]) as tf.Tensor,
    }
    const decay = tf.tensor1d([1, 0])
    const step = (n: number, g: number[]): void => {
      const feeds = Object.fromEntries(
        Object.entries(optimizerFeeds(n, rate)).map(([name, data]) => [name, tf.scalar(data[0])]),
      )
      state = adamStep(state, tf.tensor1d(g), decay, feeds, weightDecay)
    }

    // step 1: the corrected moments are g and g^2, so every parameter moves by rate * sign(g); then decay on the first
    step(1, [0.3, -4])
    const p0 = 1 - 0.1 * (1 + 0.5 * 1)
    const p1 = -2 + 0.1
    expect(values(state.parameters)[0]).toBeCloseTo(p0, 5)
    expect(values(state.parameters)[1]).toBeCloseTo(p1, 5)
    expect(values(state.m)[0]).toBeCloseTo(0.03, 6)
    expect(values(state.v)[1]).toBeCloseTo(0.016, 6)

    // step 2, first parameter: m = .9 * .03 + .1 * -.1, v = .999 * .00009 + .001 * .01
    step(2, [-0.1, 2])
    const m0 = (0.9 * 0.03 + 0.1 * -0.1) / (1 - 0.9 ** 2)
    const v0 = (0.999 * 0.00009 + 0.001 * 0.01) / (1 - 0.999 ** 2)
    const m1 = (0.9 * -0.4 + 0.1 * 2) / (1 - 0.9 ** 2)
    const v1 = (0.999 * 0.016 + 0.001 * 4) / (1 - 0.999 ** 2)
    expect(values(state.parameters)[0]).toBeCloseTo(p0 - 0.1 * (m0 / Math.sqrt(v0) + 0.5 * p0), 5)
    expect(values(state.parameters)[1]).toBeCloseTo(p1 - 0.1 * (m1 / Math.sqrt(v1)), 5)
  })

  it('does not move what has no gradient and no decay', () => {
    const state = { parameters: tf.tensor1d([3]), m: tf.zeros([1]), v: tf.zeros([1]) }
    const feeds = Object.fromEntries(
      Object.entries(optimizerFeeds(1, 0.1)).map(([name, data]) => [name, tf.scalar(data[0])]),
    )
    expect(values(adamStep(state, tf.tensor1d([0]), tf.tensor1d([0]), feeds, 0.5).parameters)).toEqual([3])
  })
})

describe('gradient clipping', () => {
  it('scales a long gradient to the limit and leaves a short one', () => {
    const long = clipByNorm(tf.tensor1d([3, -4]), 1)
    expect(values(long.norm)[0]).toBeCloseTo(5, 6)
    expect(values(long.gradient)[0]).toBeCloseTo(0.6, 6)
    expect(values(long.gradient)[1]).toBeCloseTo(-0.8, 6)
    const short = clipByNorm(tf.tensor1d([0.3, -0.4]), 1)
    expect(values(short.gradient)[0]).toBeCloseTo(0.3, 6)
    expect(values(short.norm)[0]).toBeCloseTo(0.5, 6)
  })
})

describe('temperature', () => {
  it('stays within .01 and 1, and nothing else is touched', () => {
    const log = (tau: number): number => values(boundTemperature(tf.tensor1d([9, -9, Math.log(tau)])))[2]
    expect(Math.exp(log(5))).toBeCloseTo(1, 6)
    expect(Math.exp(log(0.0001))).toBeCloseTo(0.01, 6)
    expect(Math.exp(log(0.2))).toBeCloseTo(0.2, 6)
    expect(values(boundTemperature(tf.tensor1d([9, -9, 0])))).toEqual([9, -9, 0])
  })
})
