import * as tf from '@tensorflow/tfjs-core'
import { EagerEngine } from './eager.js'

/** The eager engine on tfjs' cpu backend, plain JavaScript: slow, and what the other engines are compared with. */
export async function cpuEngine(): Promise<EagerEngine> {
  // without this tfjs recommends other packages on stderr
  tf.env().set('PROD', true)
  await import('@tensorflow/tfjs-backend-cpu')
  return new EagerEngine('cpu')
}
