import { InferenceSession, listSupportedBackends } from 'onnxruntime-node'
import { UserError } from '../../core/errors.js'
import { physicalCores } from '../threads.js'
import type { Device, Engine, Program, ProgramSpec, State, StateEntry } from '../types.js'
import { cudaInstall } from './cuda-install.js'
import { OnnxProgram } from './program.js'
import { OnnxState } from './state.js'
import { trace } from './trace.js'

export interface OnnxOptions {
  device?: Device
  /** threads inside one operator; 0 or absent: physical cores */
  threads?: number
  /** prefix of ONNX Runtime's profile files; one is written when a program is disposed */
  profile?: string
}

/** Programs are traced once into an ONNX graph and run whole by ONNX Runtime. */
export class OnnxEngine implements Engine {
  readonly name = 'onnx'
  readonly device: Device
  private readonly options: InferenceSession.SessionOptions
  private readonly programs = new Set<Program>()
  private readonly states = new Set<State>()

  /** @throws UserError when ONNX Runtime has no provider for the device */
  constructor({ device = 'cpu', threads, profile }: OnnxOptions = {}) {
    this.device = device
    if (device !== 'cpu' && !devices().includes(device))
      throw missing(device, `this build of onnxruntime-node has ${devices().join(', ')}`)
    this.options = {
      intraOpNumThreads: threads || physicalCores(),
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      // A thread of ONNX Runtime that has nothing to do turns in a loop, and takes a core from what draws batches and
      // from other processes: by default for so long that a training takes 1.4 times as long. A short turn is enough to
      // be there for the next operator.
      // A key that is masked out of a softmax comes out of ONNX Runtime's exp as a denormal number, which costs the
      // processor a hundred times as much as 0 wherever it goes. The thread that compiles flushes its own, too, in
      // JavaScript: numbers below 2.3e-308
      extra: { session: { set_denormal_as_zero: '1', intra_op: { spin_duration_us: '50' } } },
      // what fails is thrown; nothing else belongs on the user's screen
      logSeverityLevel: 4,
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    }
  }

  async state(entries: Record<string, StateEntry>): Promise<State> {
    const state = new OnnxState(entries)
    this.states.add(state)
    return state
  }

  async compile(spec: ProgramSpec, state: State): Promise<Program> {
    if (!(state instanceof OnnxState)) throw new Error(`Program ${spec.name}: its state belongs to another engine`)
    const compiled = trace(spec, state.entries)
    let session: InferenceSession
    try {
      session = await InferenceSession.create(compiled.bytes, this.options)
    } catch (error) {
      if (this.device === 'cpu')
        throw new Error(`Program ${spec.name}: ONNX Runtime refused it: ${reason(error)}`, { cause: error })
      throw missing(this.device, reason(error))
    }
    const program = new OnnxProgram(spec, compiled, session, state)
    this.programs.add(program)
    return program
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) program.dispose()
    for (const state of this.states) state.dispose()
    this.programs.clear()
    this.states.clear()
  }
}

/** The devices that this build of ONNX Runtime knows; those not bundled need files that its package does not ship. */
export function devices(kind: 'known' | 'bundled' = 'known'): string[] {
  return listSupportedBackends()
    .filter((b) => kind === 'known' || b.bundled)
    .map((b) => b.name)
}

function missing(device: Device, why: string): UserError {
  const hint =
    device === 'cuda'
      ? `Use --device cpu, or run ${cudaInstall()} on a machine with an NVIDIA GPU and CUDA 12.`
      : 'Use --device cpu; `adseq doctor` shows what this machine has.'
  return new UserError(`The onnx engine cannot use ${device}: ${why}.`, hint)
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  // where in ONNX Runtime's sources it happened says nothing to who reads it
  return message.replace(/^\/onnxruntime_src\S* .*? was false\. /s, '').replace(/\s*\.?\s*$/, '')
}
