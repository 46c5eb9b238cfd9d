import { UserError } from '../core/errors.js'
import type { Engine, EngineOptions } from './types.js'

export type * from './types.js'

/**
 * Starts an engine. `auto` is tensorflow where it is linked and uses a GPU, else onnx on the CPU.
 * Backends are imported here, when one is asked for.
 * @throws UserError when the engine or the device asked for is not there
 */
export async function createEngine({ engine, device, threads }: EngineOptions): Promise<Engine> {
  if (engine === 'onnx' || engine === 'auto') {
    const { OnnxEngine } = await import('./onnx/engine.js')
    return new OnnxEngine({ device, threads })
  }
  if (engine === 'eager') {
    const { cpuEngine } = await import('./cpu.js')
    return cpuEngine()
  }
  throw new UserError(`There is no engine ${engine}.`, 'Use auto, onnx, eager or tensorflow.')
}
