import { UserError } from '../../core/errors.js'
import type { ProgramSpec, StateEntry } from '../types.js'
import { specOf } from '../check.js'
import { PORTABLE } from './backend.js'
import { Graph, Value, type Node } from './graph.js'
import { encodeGraph, liveGraph, OPSET, type LiveGraph } from './model.js'
import { record } from './trace.js'

export interface PortableValue {
  name: string
  /** float32, int32 */
  type: string
  /** the rows, which any number may be of, are named */
  dims: readonly (number | string)[]
}

/** A model in one file: any runtime that knows the operator set loads it. */
export interface PortableModel {
  bytes: Uint8Array
  opset: number
  inputs: PortableValue[]
  outputs: PortableValue[]
}

/** What the rows are called in the shapes of inputs and outputs. */
const ROWS = 'rows'
/** Two numbers of rows that no width or length is likely to be a multiple of. */
const TRACED = [11, 13] as const
/** Past the end of any axis. */
const END = 2 ** 31 - 1
/** Protobuf's limit on a message. */
const LIMIT = 2 ** 31 - 1

/**
 * A program as an ONNX model for other runtimes: the state becomes constants of the model, only operators of the ONNX
 * standard are used, and the number of rows is free. The program is traced for two numbers of rows; what differs
 * between the traces is what depends on it.
 * @param programOf the program for a number of rows: the first axis of every input and output
 * @throws UserError when the tables are too large for one file; Error when the program cannot be written so
 */
export function portableModel(
  name: string,
  programOf: (rows: number) => ProgramSpec,
  state: Record<string, StateEntry>,
): PortableModel {
  const bytes = Object.values(state).reduce((sum, { data }) => sum + data.byteLength, 0)
  if (bytes > LIMIT)
    throw new UserError(
      `The ${name} has ${Math.round(bytes / 2 ** 20)} MiB of tables, and an ONNX file holds less than 2 GiB.`,
      'Train with a smaller model.vectorWidth, or with itemIds off.',
    )
  const [few, more] = TRACED.map((rows) => traced(programOf(rows), state))
  const {
    bytes: file,
    inputs,
    outputs,
  } = encodeGraph(name, anyRows(name, few, more), (value) => {
    if (value.dims[0] !== TRACED[0]) throw new Error(`${name}: an input or output has no axis of rows`)
    return [ROWS, ...value.dims.slice(1)]
  })
  return { bytes: file, opset: OPSET, inputs, outputs }
}

function traced(spec: ProgramSpec, state: Record<string, StateEntry>): LiveGraph {
  const graph = new Graph(true)
  const entries = Object.entries(state).map(([key, entry]) => ({ key, data: entry.data, spec: specOf(key, entry) }))
  const constants = entries.map(({ key, data, spec: { shape, dtype } }) => {
    const value = graph.input(key, shape, dtype)
    value.constant = data
    return [key, value]
  })
  const inputs = Object.entries(spec.inputs).map(([key, { shape, dtype }]) => [key, graph.input(key, shape, dtype)])
  const specs = Object.fromEntries(entries.map((entry) => [entry.key, entry.spec]))
  const { outputs } = record(
    PORTABLE,
    graph,
    spec,
    Object.fromEntries(constants) as Record<string, Value>,
    Object.fromEntries(inputs) as Record<string, Value>,
    specs,
  )
  return liveGraph(graph, outputs)
}

/** The first of two traces, with what differs in the second one made to hold for any number of rows. */
function anyRows(name: string, few: LiveGraph, more: LiveGraph): LiveGraph {
  const differs = (what: string): Error =>
    new Error(`${name}: ${what} depends on the number of rows in a way of its own`)
  if (few.nodes.length !== more.nodes.length) throw differs('the list of operators')
  const twin = new Map<Value, Value>()
  const nodes = few.nodes.map((node, n): Node => {
    const other = more.nodes[n]
    const same = node.op === other.op && node.domain === other.domain && node.inputs.length === other.inputs.length
    if (!same || JSON.stringify(node.attributes) !== JSON.stringify(other.attributes)) throw differs(node.op)
    node.outputs.forEach((value, i) => twin.set(value, other.outputs[i]))
    const inputs = node.inputs.map((value, i) => {
      const pair = other.inputs[i]
      if (!value?.constant) {
        const known = value?.node ? twin.get(value) === pair : value?.input === pair?.input
        if (!known) throw differs(node.op)
        return value
      }
      if (!pair?.constant) throw differs(node.op)
      if (sameNumbers(value, pair)) return value
      const free = freed(node, i, value, pair)
      if (!free) throw differs(node.op)
      return free
    })
    return { ...node, inputs }
  })
  return { nodes, targets: few.targets }
}

function sameNumbers(a: Value, b: Value): boolean {
  if (a.input !== undefined) return a.input === b.input
  const [x, y] = [a.constant!, b.constant!]
  if (a.type !== b.type || x.length !== y.length || a.dims.join() !== b.dims.join()) return false
  for (let i = 0; i < x.length; i++) if (!Object.is(x[i], y[i])) return false
  return true
}

/** An argument of a node that names a number of rows, for any number; undefined where there is no way to say it. */
function freed(node: Node, argument: number, few: Value, more: Value): Value | undefined {
  const [a, b] = [Array.from(few.constant!), Array.from(more.constant!)]
  if (few.type !== 'int64' || a.length !== b.length) return undefined
  const changed = a.flatMap((x, i) => (x === b[i] ? [] : [i]))
  if (changed.some((i) => a[i] * TRACED[1] !== b[i] * TRACED[0])) return undefined
  if (node.op === 'Reshape' && argument === 1 && changed.length === 1) return listOf(few, a, changed, -1)
  const whole = changed.every((i) => node.inputs[0]?.dims[i] === a[i])
  if (node.op === 'Slice' && argument === 2 && whole) return listOf(few, a, changed, END)
  return undefined
}

function listOf(of: Value, numbers: number[], changed: number[], to: number): Value {
  const value = new Value(of.graph, of.dims, of.type)
  value.constant = numbers.map((x, i) => (changed.includes(i) ? to : x))
  return value
}
