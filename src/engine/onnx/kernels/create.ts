import type { DataType } from '@tensorflow/tfjs-core'
import { define, valueType } from './define.js'

define('ZerosLike', (call) => call.result(call.graph.scalar(0, valueType(call.inputs.x.dtype)), call.inputs.x.shape))

define('OnesLike', (call) => call.result(call.graph.scalar(1, valueType(call.inputs.x.dtype)), call.inputs.x.shape))

define('Fill', (call) => {
  const value = call.attribute<number>('value')
  const type = valueType(
    call.attribute<DataType | undefined>('dtype') ?? (typeof value === 'boolean' ? 'bool' : 'float32'),
  )
  return call.result(call.graph.scalar(Number(value), type), call.attribute<number[]>('shape'))
})

define('Range', (call) => {
  const start = call.attribute<number>('start')
  const stop = call.attribute<number>('stop')
  const given = call.attribute<number>('step')
  // as tfjs does: a range downwards with the default step counts down
  const step = stop < start && given === 1 ? -1 : given
  const length = Math.max(0, Math.ceil((stop - start) / step))
  const values = Array.from({ length }, (_, i) => start + i * step)
  const type = valueType(call.attribute<DataType>('dtype'))
  return call.result(
    call.graph.constant(type === 'int32' ? Int32Array.from(values) : Float32Array.from(values), [length], type),
    [length],
  )
})

define('OneHot', (call) => {
  const { indices } = call.inputs
  const g = call.graph
  const depth = call.attribute<number>('depth')
  const type = valueType(call.attribute<DataType>('dtype') ?? 'int32')
  const shape = [...indices.shape, depth]
  const numbers = type === 'bool' ? 'int32' : type
  const off = call.attribute<number>('offValue')
  const on = call.attribute<number>('onValue')
  // ONNX counts a negative index from the end, tfjs makes it a row of offValue: compare instead
  const index = g.reshape(call.full(indices), [...indices.shape, 1])
  const hit = g.binary(
    'Equal',
    index,
    g.constant(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      'int32',
    ),
    'bool',
  )
  const value =
    off === 0 && on === 1
      ? g.cast(hit, numbers)
      : g.emit('Where', [hit, g.scalar(on, numbers), g.scalar(off, numbers)], hit.dims, numbers)
  return call.result(g.cast(value, type), shape)
})
