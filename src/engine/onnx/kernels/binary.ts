import { broadcastShape } from '../dims.js'
import type { Value, ValueType } from '../graph.js'
import { define, type KernelCall } from './define.js'

/** Kernels that are one operator of ONNX and keep the element type. */
const ARITHMETIC: Record<string, string> = {
  Add: 'Add',
  Sub: 'Sub',
  Multiply: 'Mul',
  Maximum: 'Max',
  Minimum: 'Min',
  Pow: 'Pow',
}

const COMPARISON: Record<string, string> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
}

const LOGIC: Record<string, string> = { LogicalAnd: 'And', LogicalOr: 'Or' }

for (const [kernel, operator] of Object.entries(ARITHMETIC)) {
  define(kernel, (call) => {
    const [a, b] = operands(call)
    const type = a.type === 'bool' ? 'int32' : a.type
    return result(call, call.graph.binary(operator, call.graph.cast(a, type), call.graph.cast(b, type), type))
  })
}

for (const [kernel, operator] of Object.entries(COMPARISON)) {
  define(kernel, (call) => {
    const [a, b] = operands(call)
    // ONNX orders no booleans
    const type = a.type === 'bool' ? 'int32' : a.type
    return result(call, call.graph.binary(operator, call.graph.cast(a, type), call.graph.cast(b, type), 'bool'))
  })
}

for (const [kernel, operator] of Object.entries(LOGIC)) {
  define(kernel, (call) => {
    const [a, b] = operands(call).map((v) => call.graph.cast(v, 'bool'))
    return result(call, call.graph.binary(operator, a, b, 'bool'))
  })
}

define('NotEqual', (call) => {
  const [a, b] = operands(call)
  const equal = call.graph.binary('Equal', a, b, 'bool')
  return result(call, call.graph.emit('Not', [equal], equal.dims, 'bool'))
})

define('RealDiv', (call) => {
  const g = call.graph
  const [a, b] = operands(call).map((v) => g.cast(v, 'float32'))
  // a product is cheaper than a quotient; only where the reciprocal is exact, so that the result is the same
  const divisor = b.scalar
  const exact = divisor !== undefined && Number.isFinite(divisor) && Number.isInteger(Math.log2(Math.abs(divisor)))
  return result(call, exact ? g.binary('Mul', a, g.scalar(1 / divisor), 'float32') : g.binary('Div', a, b, 'float32'))
})

define('FloorDiv', (call) => {
  const g = call.graph
  const [a, b] = operands(call)
  const quotient = g.binary('Div', g.cast(a, 'float32'), g.cast(b, 'float32'), 'float32')
  return result(call, g.cast(g.emit('Floor', [quotient], quotient.dims, 'float32'), 'int32'))
})

define('SquaredDifference', (call) => {
  const [a, b] = operands(call)
  const difference = call.graph.binary('Sub', a, b, a.type)
  return result(call, call.graph.binary('Mul', difference, difference, a.type))
})

define('AddN', (call) => {
  const values = call.list.map((t) => call.lazy(t))
  return call.result(
    values.reduce((sum, v) => call.graph.binary('Add', sum, v, sum.type)),
    call.list[0].shape,
  )
})

define('Select', (call) => {
  const { condition, t, e } = call.inputs
  const g = call.graph
  let mask = call.lazy(condition)
  // a vector condition picks whole rows of tensors of higher rank
  if (condition.shape.length === 1 && t.shape.length > 1 && mask.dims.length === 1)
    mask = g.reshape(mask, [condition.shape[0], ...t.shape.slice(1).map(() => 1)])
  const [yes, no] = sameType(call, call.lazy(t), call.lazy(e))
  const dims = broadcastShape(broadcastShape(mask.dims, yes.dims), no.dims)
  return call.result(g.emit('Where', [g.cast(mask, 'bool'), yes, no], dims, yes.type), t.shape)
})

function operands(call: KernelCall): [Value, Value] {
  return sameType(call, call.lazy(call.inputs.a), call.lazy(call.inputs.b))
}

const WIDTH: Record<ValueType, number> = { bool: 0, int32: 1, int64: 2, float32: 3 }

function sameType(call: KernelCall, a: Value, b: Value): [Value, Value] {
  const type = WIDTH[a.type] > WIDTH[b.type] ? a.type : b.type
  return [call.graph.cast(a, type), call.graph.cast(b, type)]
}

function result(call: KernelCall, value: Value): ReturnType<KernelCall['result']> {
  return call.result(value, broadcastShape(call.inputs.a.shape, call.inputs.b.shape))
}
