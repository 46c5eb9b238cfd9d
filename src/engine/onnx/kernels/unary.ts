import type { Graph, Value } from '../graph.js'
import { define, valueType } from './define.js'

/** Kernels that are one float operator of ONNX. */
const FLOAT_OPERATORS: Record<string, string> = {
  Cos: 'Cos',
  Erf: 'Erf',
  Exp: 'Exp',
  Log: 'Log',
  Reciprocal: 'Reciprocal',
  Sigmoid: 'Sigmoid',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tanh: 'Tanh',
}

for (const [kernel, operator] of Object.entries(FLOAT_OPERATORS))
  defineFloat(kernel, (g, x) => g.emit(operator, [x], x.dims, x.type))

defineFloat('Rsqrt', (g, x) => g.emit('Reciprocal', [g.emit('Sqrt', [x], x.dims, x.type)], x.dims, x.type))
defineFloat('Expm1', (g, x) => g.binary('Sub', g.emit('Exp', [x], x.dims, x.type), g.scalar(1), x.type))
defineFloat('Log1p', (g, x) => g.emit('Log', [g.binary('Add', x, g.scalar(1), x.type)], x.dims, x.type))
defineFloat('Elu', (g, x) => g.emit('Elu', [x], x.dims, x.type))
defineFloat('IsNan', (g, x) => g.emit('IsNaN', [x], x.dims, 'bool'))

// the operators below keep the element type
for (const operator of ['Abs', 'Neg', 'Sign']) {
  define(operator, (call) => {
    const x = call.lazy(call.inputs.x)
    return call.result(call.graph.emit(operator, [x], x.dims, x.type), call.inputs.x.shape)
  })
}

// an integer is its own rounding
for (const operator of ['Ceil', 'Floor', 'Round']) {
  define(operator, (call) => {
    const x = call.lazy(call.inputs.x)
    return call.result(x.type === 'float32' ? call.graph.emit(operator, [x], x.dims, x.type) : x, call.inputs.x.shape)
  })
}

define('Relu', (call) => {
  const x = call.lazy(call.inputs.x)
  return call.result(call.graph.emit('Relu', [x], x.dims, x.type), call.inputs.x.shape)
})

define('LeakyRelu', (call) => {
  const x = call.graph.cast(call.lazy(call.inputs.x), 'float32')
  return call.result(
    call.graph.emit('LeakyRelu', [x], x.dims, x.type, { alpha: { float: call.attribute<number>('alpha') } }),
    call.inputs.x.shape,
  )
})

define('Square', (call) => {
  const x = call.lazy(call.inputs.x)
  return call.result(call.graph.binary('Mul', x, x, x.type), call.inputs.x.shape)
})

define('LogicalNot', (call) => {
  const x = call.graph.cast(call.lazy(call.inputs.x), 'bool')
  return call.result(call.graph.emit('Not', [x], x.dims, 'bool'), call.inputs.x.shape)
})

// 1 above 0, alpha elsewhere
define('Step', (call) => {
  const g = call.graph
  const x = g.cast(call.lazy(call.inputs.x), 'float32')
  const alpha = call.attribute<number>('alpha') ?? 0
  const step =
    alpha === 0
      ? steep(g, x)
      : g.emit(
          'Where',
          [g.emit('Greater', [x, g.scalar(0)], x.dims, 'bool'), g.scalar(1), g.scalar(alpha)],
          x.dims,
          'float32',
        )
  return call.result(g.cast(step, call.inputs.x.dtype === 'int32' ? 'int32' : 'float32'), call.inputs.x.shape)
})

define('ClipByValue', (call) => {
  const x = call.lazy(call.inputs.x)
  const bounds = [call.attribute<number>('clipValueMin'), call.attribute<number>('clipValueMax')]
  return call.result(
    call.graph.emit('Clip', [x, ...bounds.map((b) => call.graph.scalar(b, x.type))], x.dims, x.type),
    call.inputs.x.shape,
  )
})

define('Cast', (call) => {
  const { x } = call.inputs
  return call.result(call.graph.cast(call.lazy(x), valueType(call.attribute('dtype'))), x.shape)
})

define('Identity', (call) => call.share(call.inputs.x))

/**
 * 1 above 0, 0 elsewhere, in one pass: min(1, max(0, slope · x)), so steep that every normal number above 0 gives 1.
 */
function steep(graph: Graph, x: Value): Value {
  return graph.emit('HardSigmoid', [x], x.dims, 'float32', { alpha: { float: 3e38 }, beta: { float: 0 } })
}

/** A kernel on float values; integers are converted first. */
function defineFloat(kernel: string, record: (graph: Graph, x: Value) => Value): void {
  define(kernel, (call) =>
    call.result(record(call.graph, call.graph.cast(call.lazy(call.inputs.x), 'float32')), call.inputs.x.shape),
  )
}
