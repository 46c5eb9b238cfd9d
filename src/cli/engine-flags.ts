import { Flags } from '@oclif/core'
import type { EngineConfig } from '../config/schema.js'
import type { EngineOptions } from '../engine/types.js'

/** Flags of commands that run tensor programs; they lie over the `engine` section of adseq.yaml. */
export const engineFlags = {
  engine: Flags.option({
    options: ['auto', 'onnx', 'eager', 'tensorflow'] as const,
    description: 'what runs the tensor programs',
    helpGroup: 'ENGINE',
  })(),
  device: Flags.option({
    options: ['cpu', 'cuda', 'webgpu'] as const,
    description: 'for the onnx engine',
    helpGroup: 'ENGINE',
  })(),
  threads: Flags.integer({ min: 0, description: 'threads of one operator; 0 = physical cores', helpGroup: 'ENGINE' }),
}

/** A setting of adseq.yaml changed for one command. */
export const setFlag = Flags.string({
  multiple: true,
  multipleNonGreedy: true,
  default: [],
  helpValue: 'KEY=VALUE',
  description: 'change a setting of adseq.yaml for this command, such as model.length=64; repeatable',
})

/** The flags as settings, for loadConfig's `set`. */
export function engineSettings(flags: { engine?: string; device?: string; threads?: number }): string[] {
  const { engine, device, threads } = flags
  return [
    engine && `engine.name=${engine}`,
    device && `engine.device=${device}`,
    threads !== undefined && `engine.threads=${threads}`,
  ].filter((s): s is string => Boolean(s))
}

/** The `engine` section as createEngine takes it. */
export function engineOptions({ name, device, threads }: EngineConfig): EngineOptions {
  return { engine: name, device, threads: threads || undefined }
}
