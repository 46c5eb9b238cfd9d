import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { gradient, listGradient, unbroadcast } from './define.js'

/** d/dx from x, for functions of one tensor. */
const FROM_INPUT: Record<string, (dy: Tensor, x: Tensor) => Tensor> = {
  Abs: (dy, x) => tf.mul(dy, tf.sign(x)),
  Cos: (dy, x) => tf.neg(tf.mul(dy, tf.sin(x))),
  Erf: (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))),
  Expm1: (dy, x) => tf.mul(dy, tf.exp(x)),
  Log: (dy, x) => tf.div(dy, x),
  Log1p: (dy, x) => tf.div(dy, tf.add(x, 1)),
  Sin: (dy, x) => tf.mul(dy, tf.cos(x)),
  Softplus: (dy, x) => tf.mul(dy, tf.sigmoid(x)),
  Square: (dy, x) => tf.mul(dy, tf.mul(x, 2)),
}

/** d/dx from y = f(x), where that is cheaper or keeps less. */
const FROM_OUTPUT: Record<string, (dy: Tensor, y: Tensor) => Tensor> = {
  Exp: (dy, y) => tf.mul(dy, y),
  Reciprocal: (dy, y) => tf.neg(tf.mul(dy, tf.square(y))),
  Relu: (dy, y) => tf.mul(dy, tf.step(y)),
  Rsqrt: (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y))),
  Sigmoid: (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  Sqrt: (dy, y) => tf.div(tf.mul(dy, 0.5), y),
  Tanh: (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))),
}

for (const [kernel, f] of Object.entries(FROM_INPUT))
  gradient(kernel, { inputs: ['x'], of: (dy, [x]) => ({ x: () => f(dy, tf.cast(x, 'float32')) }) })

for (const [kernel, f] of Object.entries(FROM_OUTPUT))
  gradient(kernel, { outputs: 1, of: (dy, [y]) => ({ x: () => f(dy, y) }) })

// piecewise constant
for (const kernel of ['Ceil', 'Floor', 'Round', 'Sign', 'Step'])
  gradient(kernel, { of: (dy) => ({ x: () => tf.zerosLike(dy) }) })

gradient('Elu', {
  outputs: 1,
  of: (dy, [y]) => ({ x: () => tf.mul(dy, tf.where(tf.greater(y, 0), tf.onesLike(y), tf.add(y, 1))) }),
})

gradient('LeakyRelu', {
  inputs: ['x'],
  of: (dy, [x], { alpha }) => ({ x: () => tf.mul(dy, tf.step(x, alpha as number)) }),
})

gradient('Neg', { of: (dy) => ({ x: () => tf.neg(dy) }) })

gradient('Identity', { of: (dy) => ({ x: () => tf.cast(dy, 'float32') }) })

gradient('Cast', { of: (dy) => ({ x: () => tf.clone(dy) }) })

gradient('ClipByValue', {
  inputs: ['x'],
  of: (dy, [x], { clipValueMin, clipValueMax }) => ({
    x: () =>
      tf.where(
        tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number)),
        dy,
        tf.zerosLike(dy),
      ),
  }),
})

gradient('Add', {
  inputs: ['a', 'b'],
  of: (dy, [a, b]) => ({ a: () => unbroadcast(dy, a.shape), b: () => unbroadcast(dy, b.shape) }),
})

gradient('Sub', {
  inputs: ['a', 'b'],
  of: (dy, [a, b]) => ({ a: () => unbroadcast(dy, a.shape), b: () => tf.neg(unbroadcast(dy, b.shape)) }),
})

gradient('Multiply', {
  inputs: ['a', 'b'],
  of: (dy, [a, b]) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(b, 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(a, 'float32')), b.shape),
  }),
})

// tfjs gives a whole quotient the slope of the real one
for (const kernel of ['RealDiv', 'FloorDiv']) {
  gradient(kernel, {
    inputs: ['a', 'b'],
    of: (dy, [a, b]) => ({
      a: () => unbroadcast(tf.div(dy, tf.cast(b, 'float32')), a.shape),
      b: () =>
        tf.neg(tf.div(unbroadcast(tf.mul(dy, tf.cast(a, 'float32')), b.shape), tf.cast(tf.square(b), 'float32'))),
    }),
  })
}

gradient('SquaredDifference', {
  inputs: ['a', 'b'],
  of: (dy, [a, b]) => {
    const slope = (): Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2))
    return { a: () => unbroadcast(slope(), a.shape), b: () => tf.neg(unbroadcast(slope(), b.shape)) }
  },
})

// where both are equal the left operand takes the gradient, as in tfjs
gradient('Maximum', {
  inputs: ['a', 'b'],
  of: (dy, [a, b]) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(tf.greaterEqual(a, b), 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(tf.less(a, b), 'float32')), b.shape),
  }),
})

gradient('Minimum', {
  inputs: ['a', 'b'],
  of: (dy, [a, b]) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(tf.lessEqual(a, b), 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(tf.greater(a, b), 'float32')), b.shape),
  }),
})

gradient('Pow', {
  inputs: ['a', 'b'],
  outputs: 1,
  of: (dy, [a, b, y]) => ({
    a: () => {
      const exponent = tf.cast(b, 'float32')
      return unbroadcast(tf.mul(dy, tf.mul(exponent, tf.pow(a, tf.sub(exponent, 1)))), a.shape)
    },
    // log is taken where it exists: 0^b does not move with b
    b: () => unbroadcast(tf.mul(dy, tf.mul(y, tf.where(tf.greater(a, 0), tf.log(a), tf.zerosLike(a)))), b.shape),
  }),
})

gradient('Select', {
  inputs: ['condition'],
  of: (dy, [condition]) => ({
    condition: () => tf.cast(tf.zerosLike(condition), 'float32'),
    t: () => tf.mul(dy, tf.cast(condition, 'float32')),
    e: () => tf.mul(dy, tf.cast(tf.logicalNot(condition), 'float32')),
  }),
})

listGradient('AddN', (dy, inputs) => Object.fromEntries(inputs.map((_, i) => [String(i), () => tf.clone(dy)])))

gradient('ZerosLike', { of: (dy) => ({ x: () => tf.zerosLike(dy) }) })
gradient('OnesLike', { of: (dy) => ({ x: () => tf.zerosLike(dy) }) })

// a comparison does not move with what it compares; without this, a mask made from a parameter could not be used
for (const kernel of ['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr']) {
  gradient(kernel, {
    inputs: ['a', 'b'],
    of: (_dy, [a, b]) => ({ a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) }),
  })
}
for (const kernel of ['LogicalNot', 'IsNan'])
  gradient(kernel, { inputs: ['x'], of: (_dy, [x]) => ({ x: () => tf.zeros(x.shape) }) })
