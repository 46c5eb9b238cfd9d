import { broadcastShape, sameShape, sizeOf } from './dims.js'

/** Element types inside a graph: the three of tfjs, and int64 for the shape arguments of ONNX. */
export type ValueType = 'float32' | 'int32' | 'bool' | 'int64'

export type Attribute = number | string | readonly number[] | { float: number }

export type ConstantData = Float32Array | Int32Array | Uint8Array | readonly number[]

/**
 * One value of a graph. `dims` is the shape it has in ONNX, which may be smaller than the shape of the tfjs tensor it
 * stands for as long as it broadcasts to it: a tensor of equal elements is kept as one scalar.
 */
export class Value {
  /** name of the graph input this is */
  input?: string
  constant?: ConstantData
  node?: Node

  constructor(
    readonly graph: Graph,
    readonly dims: readonly number[],
    readonly type: ValueType,
  ) {}

  /** The element of a scalar constant, else undefined. */
  get scalar(): number | undefined {
    return this.constant && this.dims.length === 0 ? this.constant[0] : undefined
  }
}

export interface Node {
  op: string
  domain: string
  inputs: readonly (Value | undefined)[]
  attributes: Readonly<Record<string, Attribute>>
  outputs: Value[]
}

interface Result {
  dims: readonly number[]
  type: ValueType
}

/** Constants up to this many elements are shared when equal. */
const SHARED_CONSTANT = 64

/** The operators of Microsoft's own domain, all of them in ONNX Runtime's CPU build. */
export const MICROSOFT = 'com.microsoft'

/** Nodes in the order they were recorded. Equal nodes on equal inputs are one node (common subexpressions). */
export class Graph {
  readonly nodes: Node[] = []
  private readonly known = new Map<string, Value[]>()
  private readonly ids = new Map<Value, number>()

  /** @param portable only operators of the ONNX standard */
  constructor(readonly portable = false) {}

  input(name: string, dims: readonly number[], type: ValueType): Value {
    const value = new Value(this, dims, type)
    value.input = name
    return value
  }

  /** A constant of the given shape; when all its elements are equal, a scalar. */
  constant(data: ConstantData, dims: readonly number[], type: ValueType): Value {
    if (data.length > 1 && uniform(data)) return this.scalar(data[0], type)
    if (data.length === 1 && type !== 'int64') return this.scalar(data[0], type)
    return this.exact(data, dims, type)
  }

  scalar(x: number, type: ValueType = 'float32'): Value {
    return this.exact(typed([x], type), [], type)
  }

  /** A constant that keeps its shape: for the arguments that ONNX wants as lists. */
  list(values: readonly number[], type: ValueType = 'int64'): Value {
    return this.exact(typed(values, type), [values.length], type)
  }

  /** A constant with every element stored. */
  filled(x: number, dims: readonly number[], type: ValueType): Value {
    const key = `filled|${type}|${dims}|${exactly(x)}`
    return this.once(key, () => {
      const value = new Value(this, dims, type)
      value.constant = typed(new Array<number>(sizeOf(dims)).fill(x), type)
      return [value]
    })[0]
  }

  emit(
    op: string,
    inputs: readonly (Value | undefined)[],
    dims: readonly number[],
    type: ValueType,
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): Value {
    return this.emitMany(op, inputs, [{ dims, type }], attributes, domain)[0]
  }

  emitMany(
    op: string,
    inputs: readonly (Value | undefined)[],
    results: readonly Result[],
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): Value[] {
    for (const value of inputs) if (value && value.graph !== this) throw new Error(`${op}: a value of another graph`)
    const key = `${domain}:${op}|${inputs.map((v) => (v ? this.id(v) : ''))}|${JSON.stringify(attributes)}|${results.map((r) => `${r.dims}:${r.type}`).join(';')}`
    return this.once(key, () => {
      const node: Node = { op, domain, inputs, attributes, outputs: [] }
      node.outputs = results.map(({ dims, type }) => {
        const value = new Value(this, dims, type)
        value.node = node
        return value
      })
      this.nodes.push(node)
      return node.outputs
    })
  }

  reshape(value: Value, dims: readonly number[]): Value {
    if (sameShape(value.dims, dims)) return value
    if (value.constant) return this.exact(value.constant, dims, value.type)
    // a reshape of a reshape is one reshape, which lets equal ones meet
    const before = value.node?.op === 'Reshape' ? (value.node.inputs[0] ?? value) : value
    if (sameShape(before.dims, dims)) return before
    return this.emit('Reshape', [before, this.list(dims)], dims, value.type)
  }

  cast(value: Value, type: ValueType): Value {
    if (value.type === type) return value
    if (value.constant && value.constant.length <= SHARED_CONSTANT)
      return this.exact(typed(convert(value.constant, type), type), value.dims, type)
    return this.emit('Cast', [value], value.dims, type, { to: ONNX_TYPE[type] })
  }

  transpose(value: Value, perm: readonly number[]): Value {
    if (perm.every((p, i) => p === i)) return value
    return this.emit(
      'Transpose',
      [value],
      perm.map((p) => value.dims[p]),
      value.type,
      { perm },
    )
  }

  /** The value with every element there: lazily broadcast ones are expanded to `dims`. */
  expand(value: Value, dims: readonly number[]): Value {
    if (sameShape(value.dims, dims)) return value
    const scalar = value.scalar
    if (scalar !== undefined && sizeOf(dims) <= 4096) return this.filled(scalar, dims, value.type)
    if (sizeOf(value.dims) === sizeOf(dims)) return this.reshape(value, dims)
    return this.emit('Expand', [value, this.list(dims)], dims, value.type)
  }

  /** An elementwise operator of two values that broadcast, with the simplifications that need no data. */
  binary(op: string, a: Value, b: Value, type: ValueType): Value {
    const dims = broadcastShape(a.dims, b.dims)
    const x = a.scalar
    const y = b.scalar
    if (x !== undefined && y !== undefined) {
      const folded = fold(op, x, y, type)
      if (folded !== undefined) return this.scalar(folded, type)
    }
    if ((op === 'Mul' && x === 1) || (op === 'Add' && x === 0)) if (sameShape(b.dims, dims)) return b
    if (((op === 'Mul' || op === 'Div') && y === 1) || ((op === 'Add' || op === 'Sub') && y === 0))
      if (sameShape(a.dims, dims)) return a
    return this.emit(op, [a, b], dims, type)
  }

  private exact(data: ConstantData, dims: readonly number[], type: ValueType): Value {
    const make = (): Value[] => {
      const value = new Value(this, dims, type)
      value.constant = data
      return [value]
    }
    if (data.length > SHARED_CONSTANT) return make()[0]
    return this.once(`constant|${type}|${dims}|${Array.from(data, exactly)}`, make)[0]
  }

  private once(key: string, make: () => Value[]): Value[] {
    let values = this.known.get(key)
    if (!values) this.known.set(key, (values = make()))
    return values
  }

  private id(value: Value): number {
    let id = this.ids.get(value)
    if (id === undefined) this.ids.set(value, (id = this.ids.size))
    return id
  }
}

/** Element type codes of ONNX's TensorProto. */
export const ONNX_TYPE: Record<ValueType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 }

function uniform(data: ConstantData): boolean {
  const first = data[0]
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return false
  return true
}

function typed(values: readonly number[], type: ValueType): ConstantData {
  if (type === 'float32') return Float32Array.from(values)
  if (type === 'int32') return Int32Array.from(values)
  if (type === 'bool') return Uint8Array.from(values)
  return values.slice()
}

function convert(data: ConstantData, type: ValueType): number[] {
  return Array.from(data, (x) => (type === 'bool' ? Number(x !== 0) : type === 'float32' ? x : Math.trunc(x)))
}

/** Text that differs for -0 and 0, which are different constants. */
function exactly(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x)
}

function fold(op: string, x: number, y: number, type: ValueType): number | undefined {
  if (type !== 'float32') return undefined
  if (op === 'Add') return x + y
  if (op === 'Sub') return x - y
  if (op === 'Mul') return x * y
  if (op === 'Div') return x / y
  return undefined
}
