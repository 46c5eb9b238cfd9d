import { define } from './define.js'

/*
 * Kernels that only this backend has; `engine/fused.ts` falls back to ordinary ops elsewhere.
 */

// [y, 1 / standard deviation] over the last axis
define('LayerNormalization', (call) => {
  const { x } = call.inputs
  const statistics = [...x.shape.slice(0, -1), 1]
  const results = [x.shape, statistics, statistics].map((dims) => ({ dims, type: 'float32' as const }))
  const attributes = { axis: -1, epsilon: { float: call.attribute<number>('epsilon') } }
  const gain = call.graph.filled(1, x.shape.slice(-1), 'float32')
  const [y, , inverse] = call.graph.emitMany('LayerNormalization', [call.full(x), gain], results, attributes)
  return [call.result(y, x.shape), call.result(inverse, statistics)]
})
