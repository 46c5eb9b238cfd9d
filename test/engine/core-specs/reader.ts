import { createRequire } from 'node:module'
import type { BackendValues } from '@tensorflow/tfjs-core'
import type { Tensor } from 'onnxruntime-node'
import type { Reader } from '../../../src/engine/onnx/backend.js'
import { compileGraph } from '../../../src/engine/onnx/model.js'

interface NativeSession {
  loadModel(bytes: ArrayBufferLike, offset: number, length: number, options: object): void
  run(feeds: object, fetches: Record<string, null>, options: object): Record<string, Tensor>
  dispose(): void
}

const native = createRequire(import.meta.url)('onnxruntime-node/dist/binding') as {
  binding: { InferenceSession: new () => NativeSession }
  initOrt: () => void
}

/**
 * Computes a recorded value at once. tfjs reads synchronously where the public API of ONNX Runtime answers later, but
 * the binding below it is synchronous.
 */
export const readNow: Reader = (value, shape): BackendValues => {
  const full = value.graph.expand(value, shape)
  if (full.constant) return full.constant as BackendValues
  native.initOrt()
  const { bytes } = compileGraph('read', value.graph, { value: full })
  const session = new native.binding.InferenceSession()
  session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
  })
  try {
    return session.run({}, { value: null }, {}).value.data as BackendValues
  } finally {
    session.dispose()
  }
}
