import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { sizeOf } from '../onnx/dims.js'
import { gradient } from './define.js'

gradient('Sum', {
  inputs: ['x'],
  of: (dy, [x], { axis }) => ({ x: () => spread(dy, x, axis as number[]) }),
})

gradient('Mean', {
  inputs: ['x'],
  of: (dy, [x], { axis }) => ({
    x: () => {
      const axes = tf.util.parseAxisParam(axis as number[], x.shape)
      return spread(tf.div(dy, sizeOf(axes.map((i) => x.shape[i]))), x, axes)
    },
  }),
})

// every element that equals the extreme takes the gradient, as in tfjs
for (const [kernel, attribute] of [
  ['Max', 'reductionIndices'],
  ['Min', 'axis'],
]) {
  gradient(kernel, {
    inputs: ['x'],
    outputs: 1,
    of: (dy, [x, y], attributes) => ({
      x: () => {
        const axes = tf.util.parseAxisParam(attributes[attribute] as number[], x.shape)
        const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
        return tf.mul(tf.reshape(dy, kept), tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32'))
      },
    }),
  })
}

for (const kernel of ['ArgMax', 'ArgMin'])
  gradient(kernel, { inputs: ['x'], of: (_dy, [x]) => ({ x: () => tf.zeros(x.shape) }) })

gradient('Softmax', {
  outputs: 1,
  of: (dy, [y], { dim }) => ({
    logits: () => tf.mul(tf.sub(dy, tf.sum(tf.mul(dy, y), dim as number, true)), y),
  }),
})

gradient('Cumsum', {
  of: (dy, _saved, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis as number, exclusive as boolean, !(reverse as boolean)),
  }),
})

/** The gradient of a sum over `axis`: the same for every element that was added. */
function spread(dy: Tensor, x: Tensor, axis: number | number[]): Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape)
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
  return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape))
}
