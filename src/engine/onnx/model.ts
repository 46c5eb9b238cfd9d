import { Value, type Graph, type Node } from './graph.js'
import { encodeModel, type ProtoTensor, type ProtoValue } from './proto.js'

export interface CompiledGraph {
  bytes: Buffer
  /** the graph inputs that the outputs depend on */
  inputs: ProtoValue[]
  outputs: ProtoValue[]
  nodes: number
}

/** LayerNormalization needs 17, reductions with axes as an input 18. */
export const OPSET = 18

/** What is to be encoded: nodes in order, and the values that are outputs by name. */
export interface LiveGraph {
  nodes: readonly Node[]
  targets: ReadonlyMap<Value, string>
}

/** The ONNX model that computes `outputs`; nodes that none of them needs are left out. */
export function compileGraph(name: string, graph: Graph, outputs: Record<string, Value>): CompiledGraph {
  return encodeGraph(name, liveGraph(graph, outputs))
}

/**
 * The nodes that outputs need. Every output gets a node of its own, since ONNX has no output that is also an input, a
 * constant or another output.
 */
export function liveGraph(graph: Graph, outputs: Record<string, Value>): LiveGraph {
  const targets = new Map<Value, string>()
  const extra: Node[] = []
  for (const [key, value] of Object.entries(outputs)) {
    if (!value.node || targets.has(value)) {
      const copy = new Value(graph, value.dims, value.type)
      const node: Node = { op: 'Identity', domain: '', inputs: [value], attributes: {}, outputs: [copy] }
      copy.node = node
      extra.push(node)
      targets.set(copy, key)
    } else {
      targets.set(value, key)
    }
  }
  return { nodes: liveNodes([...graph.nodes, ...extra], targets.keys()), targets }
}

/** @param dimsOf the shape of an input or output as it is declared */
export function encodeGraph(
  name: string,
  { nodes, targets }: LiveGraph,
  dimsOf: (value: Value) => ProtoValue['dims'] = ({ dims }) => dims,
): CompiledGraph {
  const names = new Map<Value, string>()
  const constants: ProtoTensor[] = []
  const inputs: ProtoValue[] = []
  const nameOf = (value: Value | undefined): string => {
    if (!value) return ''
    let known = names.get(value)
    if (known === undefined) {
      known = targets.get(value) ?? value.input ?? `%${names.size}`
      names.set(value, known)
      if (value.constant) constants.push({ name: known, type: value.type, dims: value.dims, data: value.constant })
      else if (value.input !== undefined) inputs.push({ name: known, type: value.type, dims: dimsOf(value) })
    }
    return known
  }
  const encoded = nodes.map((node, i) => ({
    name: `${node.op}_${i}`,
    op: node.op,
    domain: node.domain,
    attributes: node.attributes,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
  }))
  const results = [...targets].map(([value, key]) => ({ name: key, type: value.type, dims: dimsOf(value) }))
  return {
    bytes: encodeModel({ name, nodes: encoded, constants, inputs, outputs: results, opset: OPSET }),
    inputs,
    outputs: results,
    nodes: nodes.length,
  }
}

function liveNodes(nodes: readonly Node[], outputs: Iterable<Value>): Node[] {
  const live = new Set<Node>()
  const stack = [...outputs]
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (!value.node || live.has(value.node)) continue
    live.add(value.node)
    for (const input of value.node.inputs) if (input) stack.push(input)
  }
  return nodes.filter((n) => live.has(n))
}
