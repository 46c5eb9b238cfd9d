import type { EngineConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { readLink } from './tensorflow/home.js'
import type { Engine, EngineOptions } from './types.js'

export type * from './types.js'

/** The `engine` section of the settings as createEngine takes it. */
export function engineOptions({ name, device, threads }: EngineConfig): EngineOptions {
  return { engine: name, device, threads: threads || undefined }
}

export { describeEngines, type EngineDescription } from './describe.js'

/**
 * Starts an engine. `auto` is tensorflow where it is linked and uses a GPU, else onnx on the CPU. Backends are imported
 * here, when one is asked for.
 * @throws UserError when the engine or the device asked for is not there
 */
export async function createEngine({ engine, device, threads }: EngineOptions): Promise<Engine> {
  switch (engine) {
    case 'auto':
      return (await tensorflowOnGpu()) ?? onnx()
    case 'onnx':
      return onnx()
    case 'eager':
      return (await import('./cpu.js')).cpuEngine()
    case 'tensorflow':
      return (await import('./tensorflow/engine.js')).tensorflowEngine()
    default:
      throw new UserError(`There is no engine ${String(engine)}.`, 'Use auto, onnx, eager or tensorflow.')
  }

  async function onnx(): Promise<Engine> {
    const { OnnxEngine } = await import('./onnx/engine.js')
    return new OnnxEngine({ device, threads })
  }
}

/**
 * The tensorflow engine where it was linked with a GPU and still finds it; a link that broke is `adseq doctor`'s to
 * tell.
 */
async function tensorflowOnGpu(): Promise<Engine | undefined> {
  if (readLink()?.device !== 'gpu') return undefined
  try {
    const engine = (await import('./tensorflow/engine.js')).tensorflowEngine()
    return engine.device === 'gpu' ? engine : undefined
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
