import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkNext } from '../check.js'
import '../gradients.js'
import type { ProgramSpec, Tensors, TensorSpec } from '../types.js'
import { TRACING, TracingBackend } from './backend.js'
import { Graph, type Value } from './graph.js'
import './kernels/index.js'
import { compileGraph, type CompiledGraph } from './model.js'

/** Names of graph inputs and outputs: a state entry, an input, an output or a new state value may share a name. */
export const STATE = 'state/'
export const INPUT = 'input/'
export const OUTPUT = 'output/'
export const NEXT = 'next/'

tf.registerBackend(TRACING, () => new TracingBackend(), 0)

/**
 * Runs a program's fn once on tensors without data and returns the ONNX model of what it did.
 * @throws when fn captures a tensor, reads a value, draws random numbers, or returns a `next` that does not fit the
 * state
 */
export function trace(spec: ProgramSpec, state: Readonly<Record<string, TensorSpec>>): CompiledGraph {
  const graph = new Graph()
  const before = tf.getBackend()
  void tf.setBackend(TRACING)
  const backend = tf.backend() as TracingBackend
  const scope = tf.engine()
  try {
    backend.begin(graph, spec.name)
    scope.startScope(spec.name)
    try {
      const make = (prefix: string, specs: Readonly<Record<string, TensorSpec>>): Tensors =>
        Object.fromEntries(
          Object.entries(specs).map(([name, s]) => [name, inputTensor(backend, graph, prefix + name, s)]),
        )
      const { outputs, next = {} } = spec.fn(make(STATE, state), make(INPUT, spec.inputs))
      checkNext(spec.name, next, state)
      const values: Record<string, Value> = {}
      for (const [name, t] of Object.entries(outputs)) values[OUTPUT + name] = output(backend, graph, t)
      for (const [name, t] of Object.entries(next)) values[NEXT + name] = output(backend, graph, t)
      return compileGraph(spec.name, graph, values)
    } finally {
      scope.endScope()
      backend.end()
    }
  } finally {
    if (before) void tf.setBackend(before)
  }
}

function inputTensor(backend: TracingBackend, graph: Graph, name: string, { shape, dtype }: TensorSpec): Tensor {
  const dataId = backend.put(graph.input(name, shape.slice(), dtype))
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape: shape.slice(), dtype })
}

function output(backend: TracingBackend, graph: Graph, t: Tensor): Value {
  const value = graph.expand(backend.lookup(t, 'an output'), t.shape)
  return value.type === 'bool' ? graph.cast(value, 'int32') : value
}
