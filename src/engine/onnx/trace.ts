import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkNext } from '../check.js'
import '../gradients.js'
import type { DType, ProgramSpec, Tensors, TensorSpec } from '../types.js'
import { PORTABLE, TRACING, TracingBackend } from './backend.js'
import { Graph, type Value } from './graph.js'
import './kernels/index.js'
import { compileGraph, type CompiledGraph } from './model.js'

/** Names of graph inputs and outputs: a state entry, an input, an output or a new state value may share a name. */
export const STATE = 'state/'
export const INPUT = 'input/'
export const OUTPUT = 'output/'
export const NEXT = 'next/'

tf.registerBackend(TRACING, () => new TracingBackend(), 0)
tf.registerBackend(PORTABLE, () => new TracingBackend(), 0)

/**
 * Runs a program's fn once on tensors without data and returns the ONNX model of what it did.
 * @throws when fn captures a tensor, reads a value, draws random numbers, or returns a `next` that does not fit the
 * state
 */
export function trace(spec: ProgramSpec, state: Readonly<Record<string, TensorSpec>>): CompiledGraph {
  const graph = new Graph()
  const inputs = (prefix: string, specs: Readonly<Record<string, TensorSpec>>): Record<string, Value> =>
    Object.fromEntries(
      Object.entries(specs).map(([name, { shape, dtype }]) => [name, graph.input(prefix + name, shape.slice(), dtype)]),
    )
  const { outputs, next } = record(TRACING, graph, spec, inputs(STATE, state), inputs(INPUT, spec.inputs), state)
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(outputs)) values[OUTPUT + name] = value
  for (const [name, value] of Object.entries(next)) values[NEXT + name] = value
  return compileGraph(spec.name, graph, values)
}

/** Runs fn on a tracing backend, on values of a graph. @throws as `trace` */
export function record(
  name: typeof TRACING | typeof PORTABLE,
  graph: Graph,
  spec: ProgramSpec,
  state: Record<string, Value>,
  inputs: Record<string, Value>,
  specs: Readonly<Record<string, TensorSpec>>,
): { outputs: Record<string, Value>; next: Record<string, Value> } {
  const before = tf.getBackend()
  void tf.setBackend(name)
  const backend = tf.backend() as TracingBackend
  const scope = tf.engine()
  const tensors = (values: Record<string, Value>): Tensors =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, tensorOf(backend, value)]))
  const values = (made: Tensors): Record<string, Value> =>
    Object.fromEntries(Object.entries(made).map(([key, t]) => [key, output(backend, graph, t)]))
  try {
    backend.begin(graph, spec.name)
    scope.startScope(spec.name)
    try {
      const { outputs, next = {} } = spec.fn(tensors(state), tensors(inputs))
      checkNext(spec.name, next, specs)
      return { outputs: values(outputs), next: values(next) }
    } finally {
      scope.endScope()
      backend.end()
    }
  } finally {
    if (before) void tf.setBackend(before)
  }
}

function tensorOf(backend: TracingBackend, value: Value): Tensor {
  const [shape, dtype] = [value.dims.slice(), value.type as DType]
  return tf.engine().makeTensorFromTensorInfo({ dataId: backend.put(value), shape, dtype })
}

function output(backend: TracingBackend, graph: Graph, t: Tensor): Value {
  const value = graph.expand(backend.lookup(t, 'an output'), t.shape)
  return value.type === 'bool' ? graph.cast(value, 'int32') : value
}
