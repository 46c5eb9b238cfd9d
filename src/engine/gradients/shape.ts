import * as tf from '@tensorflow/tfjs-core'
import { gradient, listGradient } from './define.js'

gradient('Reshape', { inputs: ['x'], of: (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) }) })

gradient('ExpandDims', { inputs: ['input'], of: (dy, [input]) => ({ input: () => tf.reshape(dy, input.shape) }) })

gradient('Transpose', {
  of: (dy, _saved, { perm }) => ({
    x: () => {
      const inverse = new Array<number>((perm as number[]).length)
      ;(perm as number[]).forEach((p, i) => (inverse[p] = i))
      return tf.transpose(dy, inverse)
    },
  }),
})

// split at once, not when asked: tfjs runs every input's gradient in a tidy of its own, which would dispose the other
// parts
listGradient('Concat', (dy, inputs, attributes) => {
  const [axis] = tf.util.parseAxisParam(attributes.axis as number, inputs[0].shape)
  const parts = tf.split(
    dy,
    inputs.map((t) => t.shape[axis]),
    axis,
  )
  return Object.fromEntries(parts.map((part, i) => [String(i), () => part]))
})

listGradient('Pack', (dy, _inputs, { axis }) => {
  const parts = tf.unstack(dy, axis as number)
  return Object.fromEntries(parts.map((part, i) => [String(i), () => part]))
})

gradient('Unpack', { of: (_dy, _saved, { axis }, all) => ({ value: () => tf.stack([...all], axis as number) }) })

gradient('SplitV', { of: (_dy, _saved, { axis }, all) => ({ x: () => tf.concat([...all], axis as number) }) })

gradient('Slice', {
  inputs: ['x'],
  of: (dy, [x], { begin }) => ({
    x: () => {
      const from = [begin as number | number[]].flat()
      return tf.pad(
        dy,
        x.shape.map((d, i) => [from[i] ?? 0, d - (from[i] ?? 0) - dy.shape[i]] as [number, number]),
      )
    },
  }),
})

gradient('PadV2', {
  inputs: ['x'],
  of: (dy, [x], { paddings }) => ({
    x: () =>
      tf.slice(
        dy,
        (paddings as [number, number][]).map((p) => p[0]),
        x.shape,
      ),
  }),
})

gradient('Tile', {
  inputs: ['x'],
  of: (dy, [x], { reps }) => ({
    x: () => {
      // [r0, d0, r1, d1, ...]: the copies are the even axes
      const split = x.shape.flatMap((d, i) => [(reps as number[])[i], d])
      return tf.reshape(
        tf.sum(
          tf.reshape(dy, split),
          x.shape.map((_, i) => 2 * i),
        ),
        x.shape,
      )
    },
  }),
})

gradient('Reverse', { of: (dy, _saved, { dims }) => ({ x: () => tf.reverse(dy, dims as number[]) }) })

gradient('OneHot', { inputs: ['indices'], of: (_dy, [indices]) => ({ indices: () => tf.zeros(indices.shape) }) })
