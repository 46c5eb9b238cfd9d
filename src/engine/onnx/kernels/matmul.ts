import { broadcastShape } from '../dims.js'
import { MICROSOFT, type Graph, type Value } from '../graph.js'
import { define, type KernelCall } from './define.js'

define('BatchMatMul', (call) => product(call, 1))

/** a·b·alpha in one operator; `engine/fused.ts` asks for it where it is there. */
define('ScaledMatMul', (call) => product(call, call.attribute<number>('alpha')))

/**
 * a·b with either transposed in its last two axes. Gemm for matrices (it takes transposed operands, and ONNX Runtime
 * merges a following bias and relu into it), FusedMatMul for stacks of them.
 */
export function matmul(graph: Graph, a: Value, b: Value, transA: boolean, transB: boolean, dims: readonly number[], alpha = 1): Value {
  if (!transA && !transB && alpha === 1) return graph.emit('MatMul', [a, b], dims, 'float32')
  const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } }
  if (dims.length === 2) return graph.emit('Gemm', [a, b], dims, 'float32', attributes)
  return graph.emit('FusedMatMul', [a, b], dims, 'float32', attributes, MICROSOFT)
}

function product(call: KernelCall, alpha: number): ReturnType<KernelCall['result']> {
  const { a, b } = call.inputs
  const transA = call.attribute<boolean>('transposeA')
  const transB = call.attribute<boolean>('transposeB')
  const rows = a.shape[a.shape.length - (transA ? 1 : 2)]
  const columns = b.shape[b.shape.length - (transB ? 2 : 1)]
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns]
  const [left, right] = [a, b].map((t) => call.graph.cast(call.full(t), 'float32'))
  return call.result(matmul(call.graph, left, right, transA, transB, shape, alpha), shape)
}
