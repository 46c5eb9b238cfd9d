import { Tensor } from 'onnxruntime-node'
import { checkWrite, specOf } from '../check.js'
import type { Feed, Feeds, State, StateEntry, TensorSpec } from '../types.js'
import { sizeOf } from './dims.js'

/**
 * State whose entries are written by a program into a second buffer and exchanged when the run has succeeded: a run
 * that fails leaves the old values, and no program reads what it writes.
 */
export class OnnxState implements State {
  readonly entries: Readonly<Record<string, TensorSpec>>
  private readonly current = new Map<string, Tensor>()
  private readonly spare = new Map<string, Tensor>()
  private disposed = false

  constructor(entries: Record<string, StateEntry>) {
    const specs: Record<string, TensorSpec> = {}
    for (const [name, entry] of Object.entries(entries)) {
      specs[name] = specOf(name, entry)
      this.current.set(name, tensorOf(entry.data.slice(), entry.shape))
    }
    this.entries = specs
  }

  /** What programs read. @throws after dispose */
  tensor(name: string): Tensor {
    this.check()
    const tensor = this.current.get(name)
    if (!tensor) throw new Error(`The state has no entry ${name}`)
    return tensor
  }

  /** Where a program writes the next value of an entry. */
  target(name: string): Tensor {
    let tensor = this.spare.get(name)
    if (!tensor) {
      const { shape, dtype } = this.entries[name]
      const size = sizeOf(shape)
      tensor = tensorOf(dtype === 'int32' ? new Int32Array(size) : new Float32Array(size), shape)
      this.spare.set(name, tensor)
    }
    return tensor
  }

  /** Makes what was written to the targets of these entries their value. */
  exchange(names: readonly string[]): void {
    for (const name of names) {
      const written = this.target(name)
      this.spare.set(name, this.tensor(name))
      this.current.set(name, written)
    }
  }

  async read(names: readonly string[] = Object.keys(this.entries)): Promise<Feeds> {
    return Object.fromEntries(names.map((name) => [name, (this.tensor(name).data as Feed).slice()]))
  }

  async write(values: Feeds): Promise<void> {
    checkWrite(this.entries, values)
    for (const [name, data] of Object.entries(values)) (this.tensor(name).data as Feed).set(data)
  }

  dispose(): void {
    this.disposed = true
    for (const tensor of [...this.current.values(), ...this.spare.values()]) tensor.dispose()
    this.current.clear()
    this.spare.clear()
  }

  private check(): void {
    if (this.disposed) throw new Error('The state was disposed')
  }
}

/** A tensor of ONNX Runtime on top of the array; nothing is copied. */
export function tensorOf(data: Feed, shape: readonly number[]): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape)
}
