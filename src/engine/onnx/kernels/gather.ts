import { util } from '@tensorflow/tfjs-core'
import { sizeOf } from '../dims.js'
import { define } from './define.js'
import { matmul } from './matmul.js'

/** Up to this many segments a sum by segment is a product with a one-hot matrix: the scatter is serial, this is not. */
const ONE_HOT_SEGMENTS = 64

define('GatherV2', (call) => {
  const { x, indices } = call.inputs
  if (call.attribute<number>('batchDims')) throw call.unsupported('batchDims')
  const axis = util.parseAxisParam(call.attribute<number>('axis'), x.shape)[0]
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  const table = call.lazy(x)
  if (table.dims.length === 0) return call.result(table, shape)
  const full = call.full(x)
  return call.result(call.graph.emit('Gather', [full, call.full(indices)], shape, full.type, { axis }), shape)
})

// ScatterND with reduction=add loses updates on ONNX Runtime's CPU (its threads race); ScatterElements does not
define('UnsortedSegmentSum', (call) => {
  const { x, segmentIds } = call.inputs
  const g = call.graph
  const segments = call.attribute<number>('numSegments')
  const shape = [segments, ...x.shape.slice(1)]
  const rows = x.shape[0]
  const width = sizeOf(x.shape.slice(1))
  const values = call.full(x)
  const ids = call.full(segmentIds)
  if (values.type === 'float32' && segments <= ONE_HOT_SEGMENTS) {
    const classes = g.constant(
      Int32Array.from({ length: segments }, (_, i) => i),
      [segments],
      'int32',
    )
    const oneHot = g.cast(
      g.emit('Equal', [g.reshape(ids, [rows, 1]), g.reshape(classes, [1, segments])], [rows, segments], 'bool'),
      'float32',
    )
    const sums = matmul(g, oneHot, g.reshape(values, [rows, width]), true, false, [segments, width])
    return call.result(g.reshape(sums, shape), shape)
  }
  // over single elements: ONNX Runtime's scatter of rows keeps a counter for every axis and takes twice as long
  const size = segments * width
  if (size >= 2 ** 31) throw call.unsupported(`a table of ${segments} rows of ${width}`)
  const row = g.binary('Mul', g.reshape(ids, [rows, 1]), g.scalar(width, 'int32'), 'int32')
  const index = g.binary(
    'Add',
    row,
    g.reshape(
      g.list(
        Array.from({ length: width }, (_, i) => i),
        'int32',
      ),
      [1, width],
    ),
    'int32',
  )
  const zeros = g.emit('Expand', [g.scalar(0, values.type), g.list([size])], [size], values.type)
  const inputs = [zeros, g.reshape(index, [rows * width]), g.reshape(values, [rows * width])]
  return call.result(
    g.reshape(g.emit('ScatterElements', inputs, [size], values.type, { axis: 0, reduction: 'add' }), shape),
    shape,
  )
})
