import type { TensorInfo } from '@tensorflow/tfjs-core'
import { TRACING } from '../backend.js'
import { broadcastShape } from '../dims.js'
import { MICROSOFT, type Graph, type Value } from '../graph.js'
import { define, type KernelCall } from './define.js'

define('BatchMatMul', (call) => product(call, 1))

/** a·b·alpha in one operator; `engine/fused.ts` asks for it where it is there. */
define('ScaledMatMul', (call) => product(call, call.attribute<number>('alpha')), [TRACING])

/** From this many rows on a bias is added after the product: ONNX Runtime's Gemm first writes it to every row. */
const MANY_ROWS = 2048

/**
 * a·b with either transposed in its last two axes. MatMul is what ONNX Runtime merges a following bias into; Gemm takes
 * transposed matrices, FusedMatMul stacks of them.
 */
export function matmul(
  graph: Graph,
  a: Value,
  b: Value,
  transA: boolean,
  transB: boolean,
  dims: readonly number[],
  alpha = 1,
): Value {
  if (graph.portable) return standardProduct(graph, a, b, transA, transB, dims, alpha)
  const plain = !transA && !transB && alpha === 1
  const merge = dims.length !== 2 || dims[0] < MANY_ROWS
  if (plain && merge) return graph.emit('MatMul', [a, b], dims, 'float32')
  const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } }
  if (dims.length === 2 && !plain) return graph.emit('Gemm', [a, b], dims, 'float32', attributes)
  return graph.emit('FusedMatMul', [a, b], dims, 'float32', attributes, MICROSOFT)
}

/** By operators of the ONNX standard alone. */
function standardProduct(
  graph: Graph,
  a: Value,
  b: Value,
  transA: boolean,
  transB: boolean,
  dims: readonly number[],
  alpha: number,
): Value {
  const [left, right] = [lastTwo(graph, a, transA), lastTwo(graph, b, transB)]
  return graph.binary('Mul', graph.emit('MatMul', [left, right], dims, 'float32'), graph.scalar(alpha), 'float32')
}

function product(call: KernelCall, alpha: number): TensorInfo {
  const { a, b } = call.inputs
  const transA = call.attribute<boolean>('transposeA')
  const transB = call.attribute<boolean>('transposeB')
  const rows = a.shape[a.shape.length - (transA ? 1 : 2)]
  const columns = b.shape[b.shape.length - (transB ? 2 : 1)]
  const [innerA, innerB] = [a.shape.at(transA ? -2 : -1), b.shape.at(transB ? -1 : -2)]
  if (innerA === undefined || innerA !== innerB)
    throw new Error(
      `${call.kernel}: [${a.shape}]${transA ? ' transposed' : ''} and [${b.shape}]${transB ? ' transposed' : ''} ` +
        'cannot be multiplied',
    )
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns]
  if (a.dtype === 'int32' && b.dtype === 'int32') {
    const [left, right] = [lastTwo(call.graph, call.full(a), transA), lastTwo(call.graph, call.full(b), transB)]
    return call.result(call.graph.emit('MatMul', [left, right], shape, 'int32'), shape)
  }
  const [left, right] = [a, b].map((t) => call.graph.cast(call.full(t), 'float32'))
  return call.result(matmul(call.graph, left, right, transA, transB, shape, alpha), shape)
}

/** A value with its last two axes exchanged, if asked for. */
function lastTwo(graph: Graph, value: Value, swap: boolean): Value {
  if (!swap) return value
  const perm = value.dims.map((_, i) => i)
  return graph.transpose(value, [...perm.slice(0, -2), perm.length - 1, perm.length - 2])
}
