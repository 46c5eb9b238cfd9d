import * as tf from '@tensorflow/tfjs-core'
import { gradient, unbroadcast } from './define.js'

gradient('BatchMatMul', {
  inputs: ['a', 'b'],
  of: (dy, [a, b], { transposeA, transposeB }) => ({
    a: () =>
      unbroadcast(
        transposeA ? tf.matMul(b, dy, transposeB as boolean, true) : tf.matMul(dy, b, false, !transposeB),
        a.shape,
      ),
    b: () =>
      unbroadcast(
        transposeB ? tf.matMul(dy, a, true, transposeA as boolean) : tf.matMul(a, dy, !transposeA, false),
        b.shape,
      ),
  }),
})

gradient('GatherV2', {
  inputs: ['x', 'indices'],
  of: (dy, [x, indices], attributes) => ({
    x: () => {
      const [axis] = tf.util.parseAxisParam(attributes.axis as number, x.shape)
      const ids = tf.reshape(indices, [indices.size]) as tf.Tensor1D
      if (axis === 0)
        return tf.reshape(
          tf.unsortedSegmentSum(tf.reshape(dy, [indices.size, ...x.shape.slice(1)]), ids, x.shape[0]),
          x.shape,
        )
      // bring the gathered axis to the front, sum, and put it back
      const before = x.shape.slice(0, axis)
      const after = x.shape.slice(axis + 1)
      const flat = tf.reshape(dy, [...before, indices.size, ...after])
      const front = [axis, ...flat.shape.map((_, i) => i).filter((i) => i !== axis)]
      const back = flat.shape.map((_, i) => front.indexOf(i))
      return tf.transpose(tf.unsortedSegmentSum(tf.transpose(flat, front), ids, x.shape[axis]), back)
    },
    indices: () => tf.zerosLike(indices),
  }),
})

gradient('UnsortedSegmentSum', {
  inputs: ['segmentIds'],
  of: (dy, [segmentIds]) => ({
    x: () => {
      // rows with a negative segment were dropped
      const rows = tf.gather(dy, tf.maximum(segmentIds, tf.zerosLike(segmentIds)) as tf.Tensor1D)
      const kept = tf.cast(tf.greaterEqual(segmentIds, tf.scalar(0, 'int32')), 'float32')
      return tf.mul(rows, tf.reshape(kept, [segmentIds.size, ...dy.shape.slice(1).map(() => 1)]))
    },
  }),
})
