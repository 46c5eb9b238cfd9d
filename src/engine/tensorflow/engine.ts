import { EagerEngine } from '../eager.js'
import { loadTensorflow } from './load.js'

/**
 * The eager engine on tfjs-node, which runs ops with TensorFlow's C library; on a GPU where that library finds one.
 * @throws UserError when it is not linked
 */
export function tensorflowEngine(): EagerEngine {
  const { isUsingGpuDevice } = loadTensorflow()
  return new EagerEngine('tensorflow', 'tensorflow', isUsingGpuDevice ? 'gpu' : 'cpu')
}
