import { MICROSOFT } from '../graph.js'
import { define } from './define.js'

/*
 * Kernels that only this backend has; `engine/fused.ts` falls back to ordinary ops elsewhere.
 */

// [y, mean, 1 / standard deviation] over the last axis
define('LayerNormalization', (call) => {
  const { x, scale, bias } = call.inputs
  const statistics = [...x.shape.slice(0, -1), 1]
  const shapes = [x.shape, statistics, statistics]
  const results = shapes.map((dims) => ({ dims, type: 'float32' as const }))
  const attributes = { axis: -1, epsilon: { float: call.attribute<number>('epsilon') } }
  const values = call.graph.emitMany('LayerNormalization', [x, scale, bias].map((t) => call.full(t)), results, attributes)
  return values.map((value, i) => call.result(value, shapes[i]))
})

define('Gelu', (call) => {
  const { x } = call.inputs
  return call.result(call.graph.emit('Gelu', [call.full(x)], x.shape, 'float32', {}, MICROSOFT), x.shape)
})
