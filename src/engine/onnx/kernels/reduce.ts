import { util, type TensorInfo } from '@tensorflow/tfjs-core'
import { frontAxis, sameShape, sizeOf } from '../dims.js'
import type { Value } from '../graph.js'
import { define, type KernelCall } from './define.js'

/** From this many rows on a sum over rows goes through a matmul, which runs in parallel and ReduceSum does not. */
const LONG_SUM = 512

define('Sum', (call) => {
  const { x } = call.inputs
  const { axes, shape } = reduction(call, call.attribute('axis'))
  const g = call.graph
  const lazy = call.lazy(x)
  if (axes.length === 0) return call.result(lazy, shape)
  const value = lazy.type === 'bool' ? g.cast(lazy, 'int32') : lazy
  if (value.dims.length === 0)
    return call.result(
      g.binary('Mul', value, g.scalar(sizeOf(axes.map((i) => x.shape[i])), value.type), value.type),
      shape,
    )
  const long =
    value.type === 'float32' &&
    sameShape(
      axes,
      axes.map((_, i) => i),
    ) &&
    axes.length === x.shape.length - 1
  const rows = sizeOf(axes.map((i) => x.shape[i]))
  if (long && rows >= LONG_SUM) {
    const width = x.shape[x.shape.length - 1]
    const table = g.reshape(g.expand(value, x.shape), [rows, width])
    return call.result(
      g.reshape(g.emit('Gemm', [g.filled(1, [1, rows], 'float32'), table], [1, width], 'float32'), shape),
      shape,
    )
  }
  return call.result(reduced(call, 'ReduceSum', g.expand(value, x.shape), axes, shape), shape)
})

define('Mean', (call) => {
  const { axes, shape } = reduction(call, call.attribute('axis'))
  const value = call.graph.cast(call.lazy(call.inputs.x), 'float32')
  if (axes.length === 0 || value.dims.length === 0) return call.result(value, shape)
  return call.result(reduced(call, 'ReduceMean', call.graph.expand(value, call.inputs.x.shape), axes, shape), shape)
})

for (const [kernel, operator, attribute] of [
  ['Max', 'ReduceMax', 'reductionIndices'],
  ['Min', 'ReduceMin', 'axis'],
]) {
  define(kernel, (call) => {
    const { axes, shape } = reduction(call, call.attribute(attribute))
    const value = call.full(call.inputs.x)
    if (axes.length === 0) return call.result(value, shape)
    return call.result(
      reduced(call, operator, value.type === 'bool' ? call.graph.cast(value, 'int32') : value, axes, shape),
      shape,
    )
  })
}

// over booleans, "any" is the largest and "all" the smallest
for (const [kernel, operator] of [
  ['Any', 'ReduceMax'],
  ['All', 'ReduceMin'],
]) {
  define(kernel, (call) => {
    const { axes, shape } = reduction(call, call.attribute('axis'))
    const value = call.full(call.inputs.x)
    if (axes.length === 0) return call.result(value, shape)
    return call.result(
      call.graph.cast(reduced(call, operator, call.graph.cast(value, 'int32'), axes, shape), 'bool'),
      shape,
    )
  })
}

for (const kernel of ['ArgMax', 'ArgMin']) {
  define(kernel, (call) => {
    const { x } = call.inputs
    const axis = util.parseAxisParam(call.attribute<number | number[]>('axis'), x.shape)[0]
    const shape = x.shape.filter((_, i) => i !== axis)
    const value = call.full(x)
    const number = value.type === 'bool' ? call.graph.cast(value, 'int32') : value
    return call.result(
      call.graph.cast(call.graph.emit(kernel, [number], shape, 'int64', { axis, keepdims: 0 }), 'int32'),
      shape,
    )
  })
}

define('Softmax', (call) => {
  const { logits } = call.inputs
  const axis = frontAxis(call.attribute<number>('dim'), logits.shape.length)
  const value = call.graph.cast(call.full(logits), 'float32')
  return call.result(call.graph.emit('Softmax', [value], logits.shape, 'float32', { axis }), logits.shape)
})

define('Cumsum', (call) => {
  const { x } = call.inputs
  const g = call.graph
  const axis = frontAxis(call.attribute<number>('axis'), x.shape.length)
  const value = call.full(x)
  const number = value.type === 'bool' ? g.cast(value, 'int32') : value
  const attributes = {
    exclusive: Number(call.attribute('exclusive') ?? false),
    reverse: Number(call.attribute('reverse') ?? false),
  }
  return call.result(g.emit('CumSum', [number, g.scalar(axis, 'int32')], x.shape, number.type, attributes), x.shape)
})

define('TopK', (call) => {
  const { x } = call.inputs
  const g = call.graph
  const k = call.attribute<number>('k')
  const shape = [...x.shape.slice(0, -1), k]
  const value = call.full(x)
  const [values, indices] = g.emitMany(
    'TopK',
    [value, g.list([k])],
    [
      { dims: shape, type: value.type },
      { dims: shape, type: 'int64' },
    ],
    { axis: -1, largest: 1, sorted: 1 },
  )
  return [call.result(values, shape), call.result(g.cast(indices, 'int32'), shape)]
})

/** The axes that go away, in ascending order, and the shape that is left. */
function reduction(call: KernelCall, axis: number | number[] | undefined): { axes: number[]; shape: number[] } {
  const x: TensorInfo = call.inputs.x
  const axes = util.parseAxisParam(axis as number | number[], x.shape).sort((a, b) => a - b)
  const keep = call.attribute<boolean | undefined>('keepDims') ?? false
  const shape = keep ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : x.shape.filter((_, i) => !axes.includes(i))
  return { axes, shape }
}

function reduced(
  call: KernelCall,
  operator: string,
  value: Value,
  axes: readonly number[],
  shape: readonly number[],
): Value {
  const keepdims = shape.length === value.dims.length ? 1 : 0
  return call.graph.emit(operator, [value, call.graph.list(axes)], shape, value.type, { keepdims })
}
