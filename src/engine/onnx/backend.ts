import {
  DataStorage,
  KernelBackend,
  engine,
  type BackendValues,
  type DataId,
  type DataType,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { Graph, type ConstantData, type Value } from './graph.js'

/** Name under which the tracing backend is registered with tfjs. */
export const TRACING = 'adseq-trace'

/** The same without kernels of ONNX Runtime's own: what it records is for any runtime. */
export const PORTABLE = 'adseq-portable'

/** Ops of tfjs that draw random numbers: a trace would freeze one draw into the program. */
const RANDOM_OPS = [
  'rand',
  'randomGamma',
  'randomNormal',
  'randomStandardNormal',
  'randomUniform',
  'randomUniformInt',
  'truncatedNormal',
  'dropout',
  'multinomial',
]

/** Computes a recorded value; only the mode that runs tfjs-core's own specs has one. */
export type Reader = (value: Value, shape: readonly number[]) => BackendValues

/** A tfjs backend whose tensors are values of a graph: its kernels record what should be computed. */
export class TracingBackend extends KernelBackend {
  private graph: Graph | undefined
  private program = ''
  private readonly values = new WeakMap<object, Value>()
  private readonly references = new WeakMap<object, number>()
  private ids = 0

  constructor(private readonly reader?: Reader) {
    super()
    if (reader) this.graph = new Graph()
  }

  /** Starts recording; @throws when a recording is running already. */
  begin(graph: Graph, program: string): void {
    if (this.graph) throw new Error(`Program ${program} cannot be traced inside another program`)
    this.graph = graph
    this.program = program
  }

  end(): void {
    this.graph = undefined
    this.program = ''
  }

  /** The graph that is being recorded. */
  get recording(): Graph {
    if (!this.graph)
      throw new Error(
        'A tensor op ran on the tracing backend outside of engine.compile. Run tensor code only inside the fn of ' +
          'a program.',
      )
    return this.graph
  }

  /** The value behind a tensor, for the kernel that asks for it. @throws when the tensor is not of this trace. */
  lookup(tensor: TensorInfo, kernel: string): Value {
    const value = this.values.get(tensor.dataId)
    if (value && value.graph === this.graph) return value
    if (this.reader) {
      // tensors of the specs may start on another backend: let tfjs move them here
      new DataStorage<Value>(this, engine()).get(tensor.dataId)
      const moved = this.values.get(tensor.dataId)
      if (moved) return moved
    }
    throw this.captured(tensor.shape, kernel)
  }

  put(value: Value): object {
    const id = { value }
    this.adopt(id, value, 1)
    return id
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const graph = this.recording
    const random = this.reader ? undefined : activeOps().find((op) => RANDOM_OPS.includes(op))
    if (random)
      throw new Error(
        `${this.where()}tf.${random} draws random numbers, which a trace would freeze into the program. Draw ` +
          'them outside and pass them as an input.',
      )
    return this.put(constantOf(graph, values, shape, dtype))
  }

  override move(id: DataId, values: BackendValues, shape: number[], dtype: DataType, refCount: number): void {
    if (!this.reader) throw this.captured(shape, 'an op')
    this.adopt(id, constantOf(this.recording, values, shape, dtype), refCount)
  }

  override readSync(id: object): BackendValues {
    const value = this.values.get(id)
    if (this.reader && value) return this.reader(value, shapeOf(id))
    const source = value?.node ? `the result of ${value.node.op}` : value?.input ? `input ${value.input}` : 'a constant'
    const op = activeOps().at(-1)
    throw new Error(
      `${this.where()}${op ? `tf.${op}` : 'dataSync, data or array'} reads ${source}, but a traced value has no ` +
        'data yet. Return it from fn as an output and read that.',
    )
  }

  override async read(id: object): Promise<BackendValues> {
    return this.readSync(id)
  }

  override refCount(id: DataId): number {
    return this.references.get(id) ?? 0
  }

  override incRef(id: DataId): void {
    this.references.set(id, this.refCount(id) + 1)
  }

  decRef(id: DataId): void {
    this.references.set(id, this.refCount(id) - 1)
  }

  override disposeData(id: object, force = false): boolean {
    if (!this.references.has(id)) return true
    const left = this.refCount(id) - 1
    this.references.set(id, left)
    if (!force && left > 0) return false
    this.references.delete(id)
    this.values.delete(id)
    this.ids--
    return true
  }

  override numDataIds(): number {
    return this.ids
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }

  override timerAvailable(): boolean {
    return false
  }

  override floatPrecision(): 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override dispose(): void {
    this.graph = undefined
  }

  private adopt(id: object, value: Value, refCount: number): void {
    this.values.set(id, value)
    this.references.set(id, refCount)
    this.ids++
  }

  private captured(shape: readonly number[], kernel: string): Error {
    return new Error(
      `${this.where()}${kernel} uses a tensor of shape [${shape}] that was made outside of the program. Pass it ` +
        'as an input, keep it in the State, or make it inside fn.',
    )
  }

  private where(): string {
    return this.program ? `Program ${this.program}: ` : ''
  }
}

function constantOf(graph: Graph, values: BackendValues, shape: readonly number[], dtype: DataType): Value {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(`dtype ${dtype} cannot be traced: use float32, int32 or bool`)
  return graph.constant(values as ConstantData, shape.slice(), dtype)
}

/** Names of the tfjs ops that are running, outermost first: tfjs names a scope after each. */
function activeOps(): string[] {
  const scopes = (engine() as unknown as { state: { scopeStack: { name: string }[] } }).state.scopeStack
  return scopes
    .map((s) => s.name)
    .filter((n) => n.endsWith('__op'))
    .map((n) => n.slice(0, -4))
}

/** The shape tfjs gives the tensor with this data. */
function shapeOf(id: object): readonly number[] {
  const { state } = engine() as unknown as { state: { tensorInfo: WeakMap<object, { shape: number[] }> } }
  const shape = state.tensorInfo.get(id)?.shape
  if (!shape) throw new Error('tfjs does not know this tensor')
  return shape
}
