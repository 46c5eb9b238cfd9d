import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { feedForward, logSumExp, normalize, selfAttention, stopGradient } from '../fused.js'

export interface InputRange {
  shape: readonly number[]
  /** floats are uniform in [low, high); integers, where `integers` is set, in 0 .. integers - 1 */
  low?: number
  high?: number
  integers?: number
}

/** One function of a few inputs, and with it the gradient of a weighted sum of its result by every float input. */
export interface KernelCase {
  /** the tfjs kernel it is about, or the name of a function of engine/fused.ts */
  kernel: string
  inputs: Record<string, InputRange>
  f: (x: Record<string, Tensor>) => Tensor
  /** false where the function is flat or has no gradient */
  gradient?: boolean
}

const table: InputRange = { shape: [3, 4], low: -2, high: 2 }
const row: InputRange = { shape: [4], low: -2, high: 2 }
const positive: InputRange = { shape: [3, 4], low: 0.2, high: 3 }
const integer: InputRange = { shape: [3, 4], integers: 5 }
const cube: InputRange = { shape: [2, 3, 4], low: -1, high: 1 }
const ids: InputRange = { shape: [6], integers: 5 }

const one = (kernel: string, f: (x: Tensor) => Tensor, input = table, gradient = true): KernelCase => ({
  kernel,
  inputs: { x: input },
  f: ({ x }) => f(x),
  gradient,
})
const two = (kernel: string, f: (a: Tensor, b: Tensor) => Tensor, a = table, b = row, gradient = true): KernelCase => ({
  kernel,
  inputs: { a, b },
  f: ({ a, b }) => f(a, b),
  gradient,
})

/** Every kernel that the tracer has, alone. */
export const KERNEL_CASES: readonly KernelCase[] = [
  one('Abs', tf.abs),
  one('Ceil', tf.ceil, table, false),
  one('Cos', tf.cos),
  one('Elu', tf.elu),
  one('Erf', tf.erf),
  one('Exp', tf.exp),
  one('Expm1', tf.expm1),
  one('Floor', tf.floor, table, false),
  one('Log', tf.log, positive),
  one('Log1p', tf.log1p, positive),
  one('Neg', tf.neg),
  one('Reciprocal', tf.reciprocal, positive),
  one('Relu', tf.relu),
  one('LeakyRelu', (x) => tf.leakyRelu(x, 0.3)),
  one('Round', tf.round, table, false),
  one('Rsqrt', tf.rsqrt, positive),
  one('Sigmoid', tf.sigmoid),
  one('Sign', tf.sign, table, false),
  one('Sin', tf.sin),
  one('Softplus', tf.softplus),
  one('Sqrt', tf.sqrt, positive),
  one('Square', tf.square),
  one('Step', (x) => tf.step(x, 0.5), table, false),
  one('Tanh', tf.tanh),
  one('IsNan', (x) => tf.cast(tf.isNaN(tf.log(x)), 'int32'), table, false),
  one('ClipByValue', (x) => tf.clipByValue(x, -1, 0.5)),
  one('Cast', (x) => tf.cast(tf.cast(x, 'int32'), 'float32'), table, false),
  one('Identity', (x) => tf.clone(x)),

  two('Add', tf.add),
  two('Sub', tf.sub),
  two('Multiply', tf.mul),
  two('Multiply', tf.mul, table, { shape: [3, 1] }),
  two('RealDiv', tf.div, table, { ...row, low: 0.5 }),
  two(
    'FloorDiv',
    (a, b) => tf.floorDiv(a, tf.add(b, tf.scalar(1, 'int32'))),
    integer,
    { shape: [4], integers: 3 },
    false,
  ),
  two('Maximum', tf.maximum),
  two('Minimum', tf.minimum),
  two('Pow', tf.pow, positive),
  two('SquaredDifference', tf.squaredDifference),
  { kernel: 'AddN', inputs: { a: table, b: table, c: table }, f: ({ a, b, c }) => tf.addN([a, b, c]) },
  two('Equal', (a, b) => whole(tf.equal(a, b)), integer, { shape: [4], integers: 5 }, false),
  two('NotEqual', (a, b) => whole(tf.notEqual(a, b)), integer, { shape: [4], integers: 5 }, false),
  two('Greater', (a, b) => whole(tf.greater(a, b)), table, row, false),
  two('GreaterEqual', (a, b) => whole(tf.greaterEqual(a, b)), integer, { shape: [4], integers: 5 }, false),
  two('Less', (a, b) => whole(tf.less(a, b)), table, row, false),
  two('LessEqual', (a, b) => whole(tf.lessEqual(a, b)), integer, { shape: [4], integers: 5 }, false),
  two('LogicalAnd', (a, b) => whole(tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))), table, row, false),
  two('LogicalOr', (a, b) => whole(tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))), table, row, false),
  one('LogicalNot', (x) => whole(tf.logicalNot(tf.greater(x, 0))), table, false),
  two('Select', (a, b) => tf.where(tf.greater(a, 0), a, b), table, table),

  one('ZerosLike', (x) => tf.add(x, tf.zerosLike(x))),
  one('OnesLike', (x) => tf.add(x, tf.onesLike(x))),
  one('Fill', (x) => tf.mul(x, tf.fill([3, 4], 2.5))),
  one('Range', (x) => tf.mul(x, tf.range(0, 4, 1, 'float32'))),
  one('OneHot', (x) => tf.oneHot(x, 4), ids, false),

  one('Reshape', (x) => tf.reshape(x, [2, 6])),
  one('ExpandDims', (x) => tf.expandDims(x, 1)),
  one('Transpose', (x) => tf.transpose(x, [2, 0, 1]), cube),
  two('Concat', (a, b) => tf.concat([a, b], 1), table, { shape: [3, 2] }),
  two('Pack', (a, b) => tf.stack([a, b], 1), table, table),
  one('Unpack', (x) => tf.mul(tf.unstack(x, 1)[2], tf.unstack(x, 1)[0])),
  one('Slice', (x) => tf.slice(x, [1, 1], [2, 2])),
  one('SplitV', (x) => tf.mul(tf.split(x, 2, 1)[0], tf.split(x, 2, 1)[1])),
  one('PadV2', (x) =>
    tf.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      0.5,
    ),
  ),
  one('Tile', (x) => tf.tile(x, [2, 3])),
  one('Tile', (x) => tf.broadcastTo(x, [3, 4]), row),
  one('Reverse', (x) => tf.reverse(x, [1])),

  one('Sum', (x) => tf.sum(x, 1), cube),
  one('Sum', (x) => tf.sum(x, [0, 1], true), cube),
  one('Sum', (x) => tf.sum(x, 0), { shape: [600, 3], low: -1, high: 1 }),
  one('Mean', (x) => tf.mean(x, [0, 2]), cube),
  one('Max', (x) => tf.max(x, -1, true)),
  one('Min', (x) => tf.min(x, 0)),
  one('Any', (x) => whole(tf.any(tf.greater(x, 1), 1)), table, false),
  one('All', (x) => whole(tf.all(tf.greater(x, -1), 1)), table, false),
  one('ArgMax', (x) => tf.argMax(x, 1), table, false),
  one('ArgMin', (x) => tf.argMin(x, 0), table, false),
  one('Softmax', (x) => tf.softmax(x), cube),
  one('Cumsum', (x) => tf.cumsum(x, 1, true, true)),
  one('TopK', (x) => tf.topk(x, 2).values, table, false),

  two('BatchMatMul', (a, b) => tf.matMul(a, b), table, { shape: [4, 5], low: -1 }),
  two('BatchMatMul', (a, b) => tf.matMul(a, b, true, true), { shape: [4, 3], low: -1 }, { shape: [5, 4], low: -1 }),
  two('BatchMatMul', (a, b) => tf.matMul(a, b, false, true), cube, { shape: [2, 5, 4], low: -1 }),
  // the products of attention, with a position that none may look at
  one('ScaledMatMul', (x) => selfAttention(x as tf.Tensor2D, tf.tensor([0, 0, -1e9], [1, 1, 1, 3]), 2, 3, 2), {
    shape: [6, 12],
    low: -1,
  }),
  {
    kernel: 'GatherV2',
    inputs: { x: { shape: [5, 3], low: -1 }, i: ids },
    f: ({ x, i }) => tf.gather(x, i as tf.Tensor1D),
  },
  {
    kernel: 'GatherV2',
    inputs: { x: { shape: [3, 5], low: -1 }, i: ids },
    f: ({ x, i }) => tf.gather(x, i as tf.Tensor1D, 1),
  },
  // few segments and many take different ways
  {
    kernel: 'UnsortedSegmentSum',
    inputs: { x: { shape: [6, 3], low: -1 }, i: ids },
    f: ({ x, i }) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 5),
  },
  {
    kernel: 'UnsortedSegmentSum',
    inputs: { x: { shape: [6, 3], low: -1 }, i: ids },
    f: ({ x, i }) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 200),
  },

  one('LayerNormalization', (x) => normalize(x), cube),
  {
    kernel: 'feedForward',
    inputs: {
      x: { shape: [5, 3], low: -1 },
      up: { shape: [3, 7], low: -1 },
      ub: { shape: [7], low: -1 },
      down: { shape: [7, 2], low: -1 },
      db: { shape: [2] },
    },
    f: ({ x, up, ub, down, db }) => feedForward(x as tf.Tensor2D, up, ub, down, db),
  },
  one('logSumExp', (x) => logSumExp(x)),
  // the gradient is that of the other factor alone
  one('stopGradient', (x) => tf.mul(stopGradient(x), x)),
  one('selfAttention', (x) => selfAttention(x as tf.Tensor2D, tf.zeros([1, 1, 1, 3]), 2, 3, 2), {
    shape: [6, 12],
    low: -1,
  }),
]

/** Booleans cross no boundary of an engine. */
function whole(x: Tensor): Tensor {
  return tf.cast(x, 'int32')
}
