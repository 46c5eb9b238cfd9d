import { registerKernel, type DataType, type TensorInfo } from '@tensorflow/tfjs-core'
import { PORTABLE, TRACING, type TracingBackend } from '../backend.js'
import type { Graph, Value, ValueType } from '../graph.js'

/** What a kernel sees of one call: its tensors as values, its attributes, and where to record. */
export class KernelCall {
  readonly graph: Graph

  constructor(
    readonly kernel: string,
    private readonly backend: TracingBackend,
    readonly inputs: Record<string, TensorInfo>,
    private readonly attributes: Record<string, unknown>,
  ) {
    this.graph = backend.recording
  }

  /** All inputs, of a kernel that takes a list. */
  get list(): TensorInfo[] {
    return Object.values(this.inputs)
  }

  attribute<T>(name: string): T {
    return this.attributes[name] as T
  }

  /** The value of a tensor; it may be smaller than the tensor and broadcast to it. */
  lazy(tensor: TensorInfo): Value {
    return this.backend.lookup(tensor, this.kernel)
  }

  /** The value of a tensor with every element there. */
  full(tensor: TensorInfo): Value {
    return this.graph.expand(this.lazy(tensor), tensor.shape)
  }

  /** A tensor of the given shape for a value that broadcasts to it. */
  result(value: Value, shape: readonly number[]): TensorInfo {
    if (value.type === 'int64') throw new Error(`${this.kernel}: tfjs has no int64`)
    return { dataId: this.backend.put(value), shape: shape.slice(), dtype: value.type }
  }

  /** The same tensor once more. */
  share(tensor: TensorInfo): TensorInfo {
    this.lazy(tensor)
    this.backend.incRef(tensor.dataId)
    return { dataId: tensor.dataId, shape: tensor.shape.slice(), dtype: tensor.dtype }
  }

  /** @throws for a use of a tfjs kernel that the tracer does not support */
  unsupported(what: string): Error {
    return new Error(`${this.kernel}: ${what} cannot be traced`)
  }
}

export type Kernel = (call: KernelCall) => TensorInfo | TensorInfo[]

/** Registers what the tracing backends (or only some of them) record for a tfjs kernel. */
export function define(kernelName: string, kernel: Kernel, backends: readonly string[] = [TRACING, PORTABLE]): void {
  for (const backendName of backends)
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(
          new KernelCall(
            kernelName,
            backend as TracingBackend,
            inputs as Record<string, TensorInfo>,
            (attrs ?? {}) as Record<string, unknown>,
          ),
        ),
    })
}

/** The value type of a tfjs element type. @throws for complex64 and string. */
export function valueType(dtype: DataType): ValueType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new Error(`dtype ${dtype} cannot be traced: use float32, int32 or bool`)
}
