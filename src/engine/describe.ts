import type { EngineName } from './types.js'

export interface EngineDescription {
  name: EngineName
  available: boolean
  /** the devices it could use, or the one it uses */
  device: string
  /** what it is, or why it is not there and what to do */
  why: string
}

/** The engines of this machine. Loads their libraries; a failure says why instead of being thrown. */
export async function describeEngines(): Promise<EngineDescription[]> {
  return [
    await describe('onnx', async () => {
      const { devices } = await import('./onnx/engine.js')
      return { device: 'cpu', why: `ONNX Runtime with ${devices('bundled').join(' and ')} built in` }
    }),
    await describe('eager', async () => {
      const { cpuEngine } = await import('./cpu.js')
      await (await cpuEngine()).dispose()
      return { device: 'cpu', why: "tfjs' cpu backend: slow, the reference in tests" }
    }),
    await describe('tensorflow', async () => {
      const { loadTensorflow } = await import('./tensorflow/load.js')
      const { isUsingGpuDevice, binding } = loadTensorflow()
      return {
        device: isUsingGpuDevice ? 'gpu' : 'cpu',
        why: `TensorFlow ${binding.TF_Version}${isUsingGpuDevice ? '' : ', which found no GPU'}`,
      }
    }),
  ]
}

async function describe(
  name: EngineName,
  look: () => Promise<{ device: string; why: string }>,
): Promise<EngineDescription> {
  try {
    return { name, available: true, ...(await look()) }
  } catch (error) {
    const hint = error instanceof Error && 'hint' in error ? ` ${String(error.hint)}` : ''
    return {
      name,
      available: false,
      device: '',
      why: `${error instanceof Error ? error.message : String(error)}${hint}`,
    }
  }
}
