import type { Tensor } from '@tensorflow/tfjs-core'

export type DType = 'float32' | 'int32'

export interface TensorSpec {
  shape: readonly number[]
  dtype: DType
}

/** What crosses the boundary of an engine: names, shapes and typed arrays, never a tensor. */
export type Feed = Float32Array | Int32Array
export type Feeds = Record<string, Feed>

export type Tensors = Record<string, Tensor>

/**
 * A tensor program in plain tfjs-core ops. `fn` is pure: it reads `state` and `inputs`, captures no tensor from
 * outside, reads no value and draws no random number.
 *
 * - `outputs` are handed to the caller of `run`;
 * - `next` (optional) names state entries and their new values, written when the run has succeeded.
 */
export interface ProgramSpec {
  /** for messages, profiles and cache keys: "item train-step [B=64 T=128]" */
  name: string
  inputs: Record<string, TensorSpec>
  fn: (state: Tensors, inputs: Tensors) => { outputs: Tensors; next?: Tensors }
}

export interface StateEntry {
  shape: readonly number[]
  data: Feed
}

/**
 * Named float32 or int32 tensors that live in the engine between runs: parameters, optimizer moments, frozen tables.
 * One State is shared by all programs compiled with it.
 */
export interface State {
  readonly entries: Readonly<Record<string, TensorSpec>>
  /** Copies of the named entries (all, by default). */
  read(names?: readonly string[]): Promise<Feeds>
  /** Replaces entries; @throws when a name is unknown or a length differs. */
  write(values: Feeds): Promise<void>
  dispose(): void
}

export interface Program {
  readonly name: string
  /** The inputs that the program really uses: others may be left out of the feeds. */
  readonly inputs: Readonly<Record<string, TensorSpec>>
  /**
   * Runs once. Feeds are not kept after the promise resolves. Outputs are fresh arrays owned by the caller.
   * @throws when a feed is missing or has the wrong length.
   */
  run(feeds: Feeds): Promise<Record<string, { shape: number[]; data: Feed }>>
  dispose(): void
}

export interface Engine {
  /** onnx | eager | tensorflow */
  readonly name: string
  /** cpu | cuda | webgpu | gpu ... as the backend reports it */
  readonly device: string
  state(entries: Record<string, StateEntry>): Promise<State>
  compile(spec: ProgramSpec, state: State): Promise<Program>
  dispose(): Promise<void>
}

export type EngineName = 'onnx' | 'eager' | 'tensorflow'
export type Device = 'cpu' | 'cuda' | 'webgpu'

export interface EngineOptions {
  engine: 'auto' | EngineName
  /** for onnx only; default cpu */
  device?: Device
  /** threads inside one operator; default: the number of physical cores */
  threads?: number
}
