import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkFeed, checkNext, checkWrite, specOf } from './check.js'
import './gradients.js'
import type { Engine, Feed, Feeds, Program, ProgramSpec, State, StateEntry, Tensors, TensorSpec } from './types.js'

/** Runs programs op by op on a registered tfjs backend. */
export class EagerEngine implements Engine {
  private readonly states = new Set<EagerState>()

  /** @param backend a registered tfjs backend; @throws when there is none of that name */
  constructor(
    private readonly backend: string,
    readonly name: string = 'eager',
    readonly device: string = backend,
  ) {
    if (!tf.findBackendFactory(backend)) throw new Error(`tfjs has no backend ${backend}`)
  }

  async state(entries: Record<string, StateEntry>): Promise<State> {
    const state = new EagerState(this.backend, entries)
    this.states.add(state)
    return state
  }

  async compile(spec: ProgramSpec, state: State): Promise<Program> {
    if (!(state instanceof EagerState) || state.backend !== this.backend)
      throw new Error(`Program ${spec.name}: its state belongs to another engine`)
    return new EagerProgram(spec, state)
  }

  async dispose(): Promise<void> {
    for (const state of this.states) state.dispose()
    this.states.clear()
  }
}

class EagerState implements State {
  readonly entries: Readonly<Record<string, TensorSpec>>
  private tensors: Tensors | undefined

  constructor(
    readonly backend: string,
    entries: Record<string, StateEntry>,
  ) {
    this.entries = Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, specOf(name, entry)]))
    this.tensors = on(backend, () =>
      Object.fromEntries(Object.entries(entries).map(([name, { data }]) => [name, tensorOf(data, this.entries[name])])),
    )
  }

  /** What programs read. @throws after dispose */
  get values(): Tensors {
    if (!this.tensors) throw new Error('The state was disposed')
    return this.tensors
  }

  replace(next: Tensors): void {
    for (const [name, tensor] of Object.entries(next)) {
      this.values[name].dispose()
      this.values[name] = tensor
    }
  }

  async read(names: readonly string[] = Object.keys(this.entries)): Promise<Feeds> {
    const read: Feeds = {}
    for (const name of names) {
      const tensor = this.values[name]
      if (!tensor) throw new Error(`The state has no entry ${name}`)
      read[name] = await feedOf(tensor)
    }
    return read
  }

  async write(values: Feeds): Promise<void> {
    checkWrite(this.entries, values)
    this.replace(
      on(this.backend, () =>
        Object.fromEntries(Object.entries(values).map(([name, data]) => [name, tensorOf(data, this.entries[name])])),
      ),
    )
  }

  dispose(): void {
    for (const tensor of Object.values(this.tensors ?? {})) tensor.dispose()
    this.tensors = undefined
  }
}

class EagerProgram implements Program {
  private disposed = false

  constructor(
    private readonly spec: ProgramSpec,
    private readonly state: EagerState,
  ) {}

  get name(): string {
    return this.spec.name
  }

  get inputs(): Readonly<Record<string, TensorSpec>> {
    return this.spec.inputs
  }

  async run(feeds: Feeds): Promise<Record<string, { shape: number[]; data: Feed }>> {
    if (this.disposed) throw new Error(`Program ${this.name} was disposed`)
    for (const [name, spec] of Object.entries(this.inputs)) {
      if (!feeds[name]) throw new Error(`Program ${this.name}: input ${name} is missing`)
      checkFeed(`Program ${this.name}: input ${name}`, spec, feeds[name])
    }
    const { outputs, next } = on(this.state.backend, () => this.evaluate(feeds))
    this.state.replace(next)
    const results: Record<string, { shape: number[]; data: Feed }> = {}
    for (const [name, tensor] of Object.entries(outputs)) {
      results[name] = { shape: tensor.shape.slice(), data: await feedOf(tensor) }
      tensor.dispose()
    }
    return results
  }

  dispose(): void {
    this.disposed = true
  }

  /** Only the outputs and next values outlive it, as tensors that share no name with what they came from. */
  private evaluate(feeds: Feeds): { outputs: Tensors; next: Tensors } {
    tf.engine().startScope(this.name)
    try {
      const inputs = Object.fromEntries(
        Object.entries(this.inputs).map(([name, spec]) => [name, tensorOf(feeds[name], spec)]),
      )
      const { outputs, next = {} } = this.spec.fn({ ...this.state.values }, inputs)
      checkNext(this.name, next, this.state.entries)
      return { outputs: kept(outputs), next: kept(next) }
    } finally {
      tf.engine().endScope()
    }
  }
}

/** The same values as new tensors that the end of a scope does not dispose. */
function kept(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, tf.keep(tf.clone(t))]))
}

/** Runs a synchronous function with a tfjs backend active, then gives the one before back. */
function on<T>(backend: string, run: () => T): T {
  const before = tf.getBackend()
  if (before === backend) return run()
  void tf.setBackend(backend)
  try {
    return run()
  } finally {
    if (before) void tf.setBackend(before)
  }
}

/** A tensor with a copy of the values, outside of any scope. */
function tensorOf(data: Feed, { shape, dtype }: TensorSpec): Tensor {
  return tf.tensor(data.slice(), shape.slice(), dtype)
}

async function feedOf(tensor: Tensor): Promise<Feed> {
  const data = await tensor.data()
  return tensor.dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data)
}
