import { backend_util, slice_util, util, type TensorInfo } from '@tensorflow/tfjs-core'
import { frontAxis, sizeOf } from '../dims.js'
import type { Value } from '../graph.js'
import { define, type KernelCall } from './define.js'

define('Reshape', (call) => {
  const { x } = call.inputs
  return reshaped(call, x, util.inferFromImplicitShape(call.attribute<number[]>('shape'), sizeOf(x.shape)))
})

define('ExpandDims', (call) => {
  const { input } = call.inputs
  const dim = call.attribute<number>('dim')
  const shape = input.shape.slice()
  if (dim > shape.length || dim < -shape.length - 1)
    throw new Error(`ExpandDims: axis ${dim} of a tensor of shape [${shape}]`)
  shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1)
  return reshaped(call, input, shape)
})

define('Transpose', (call) => {
  const { x } = call.inputs
  const perm = call.attribute<number[]>('perm')
  const shape = perm.map((p) => x.shape[p])
  const value = call.lazy(x)
  return call.result(value.dims.length === 0 ? value : call.graph.transpose(call.full(x), perm), shape)
})

define('Concat', (call) => {
  const axis = frontAxis(call.attribute<number>('axis'), call.list[0].shape.length)
  backend_util.assertParamsConsistent(
    call.list.map((t) => t.shape),
    axis,
  )
  const parts = call.list.filter((t) => sizeOf(t.shape) > 0)
  const shape = call.list[0].shape.slice()
  shape[axis] = call.list.reduce((n, t) => n + t.shape[axis], 0)
  if (parts.length === 0) return call.result(call.full(call.list[0]), shape)
  return call.result(
    joined(
      call,
      parts.map((t) => call.full(t)),
      axis,
      shape,
    ),
    shape,
  )
})

define('Pack', (call) => {
  const shape = call.list[0].shape.slice()
  for (const t of call.list) util.assertShapesMatch(shape, t.shape, 'Pack: ')
  if (call.list.some((t) => t.dtype !== call.list[0].dtype)) throw new Error('Pack: all tensors need the same dtype')
  const axis = frontAxis(call.attribute<number>('axis'), shape.length + 1)
  const one = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  const all = [...shape.slice(0, axis), call.list.length, ...shape.slice(axis)]
  return call.result(
    joined(
      call,
      call.list.map((t) => call.graph.reshape(call.full(t), one)),
      axis,
      all,
    ),
    all,
  )
})

define('Slice', (call) => {
  const { x } = call.inputs
  const [from, shape] = slice_util.parseSliceParams(
    x,
    call.attribute<number | number[]>('begin'),
    call.attribute<number | number[]>('size'),
  )
  slice_util.assertParamsValid(x, from, shape)
  return call.result(cut(call, x, from, shape), shape)
})

define('SplitV', (call) => {
  const { x } = call.inputs
  const axis = frontAxis(call.attribute<number>('axis'), x.shape.length)
  const sizes = backend_util.prepareSplitSize(
    x as Parameters<typeof backend_util.prepareSplitSize>[0],
    call.attribute<number | number[]>('numOrSizeSplits'),
    axis,
  )
  const shapes = sizes.map((n) => x.shape.map((d, i) => (i === axis ? n : d)))
  if (sizes.length === 1) return [call.result(call.lazy(x), x.shape)]
  const value = call.full(x)
  const results = shapes.map((dims) => ({ dims, type: value.type }))
  const parts = call.graph.emitMany('Split', [value, call.graph.list(sizes)], results, { axis })
  return parts.map((part, i) => call.result(part, shapes[i]))
})

define('Unpack', (call) => {
  const x = call.inputs.value
  const axis = frontAxis(call.attribute<number>('axis'), x.shape.length)
  const size = x.shape.map((d, i) => (i === axis ? 1 : d))
  const shape = x.shape.filter((_, i) => i !== axis)
  return Array.from({ length: x.shape[axis] }, (_, n) => {
    const part = cut(
      call,
      x,
      x.shape.map((_, i) => (i === axis ? n : 0)),
      size,
    )
    return call.result(part.dims.length === 0 ? part : call.graph.reshape(part, shape), shape)
  })
})

define('PadV2', (call) => {
  const { x } = call.inputs
  const g = call.graph
  const paddings = call.attribute<[number, number][]>('paddings')
  const shape = x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1])
  const value = call.full(x)
  const type = value.type === 'bool' ? 'int32' : value.type
  const edges = g.list([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])])
  const padded = g.emit(
    'Pad',
    [g.cast(value, type), edges, g.scalar(call.attribute<number>('constantValue'), type)],
    shape,
    type,
  )
  return call.result(g.cast(padded, value.type), shape)
})

define('Tile', (call) => {
  const { x } = call.inputs
  const reps = call.attribute<number[]>('reps')
  const shape = x.shape.map((d, i) => d * reps[i])
  // repeating an axis of length 1 is broadcasting it
  if (x.shape.every((d, i) => d === 1 || reps[i] === 1)) return call.result(call.lazy(x), shape)
  const value = call.full(x)
  return call.result(call.graph.emit('Tile', [value, call.graph.list(reps)], shape, value.type), shape)
})

define('Reverse', (call) => {
  const { x } = call.inputs
  const axes = util.parseAxisParam(call.attribute<number | number[]>('dims'), x.shape)
  const value = call.full(x)
  if (x.shape.length === 0 || axes.length === 0) return call.result(value, x.shape)
  const g = call.graph
  const ends = axes.map(() => -(2 ** 31))
  const slice = [value, g.list(axes.map(() => -1)), g.list(ends), g.list(axes), g.list(axes.map(() => -1))]
  return call.result(g.emit('Slice', slice, x.shape, value.type), x.shape)
})

function reshaped(call: KernelCall, x: TensorInfo, shape: readonly number[]): TensorInfo {
  const value = call.lazy(x)
  return call.result(value.dims.length === 0 ? value : call.graph.reshape(call.full(x), shape), shape)
}

function joined(call: KernelCall, values: readonly Value[], axis: number, shape: readonly number[]): Value {
  if (values.length === 1) return values[0]
  return call.graph.emit('Concat', values, shape, values[0].type, { axis })
}

function cut(call: KernelCall, x: TensorInfo, from: readonly number[], size: readonly number[]): Value {
  const value = call.lazy(x)
  if (value.dims.length === 0) return value
  const full = call.full(x)
  if (size.every((d, i) => d === x.shape[i])) return full
  const g = call.graph
  return g.emit('Slice', [full, g.list(from), g.list(from.map((b, i) => b + size[i]))], size, full.type)
}
