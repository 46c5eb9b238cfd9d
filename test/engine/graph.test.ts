import { describe, expect, it } from 'vitest'
import { Graph } from '../../src/engine/onnx/graph.js'
import { compileGraph } from '../../src/engine/onnx/model.js'

describe('a graph', () => {
  it('records an operation on the same values once', () => {
    const g = new Graph()
    const x = g.input('x', [2], 'float32')
    expect(g.emit('Exp', [x], [2], 'float32')).toBe(g.emit('Exp', [x], [2], 'float32'))
    expect(g.emit('Softmax', [x], [2], 'float32', { axis: 0 })).not.toBe(
      g.emit('Softmax', [x], [2], 'float32', { axis: 1 }),
    )
    expect(g.nodes.map((n) => n.op)).toEqual(['Exp', 'Softmax', 'Softmax'])
  })

  it('tells 0 from -0 and float from integer constants', () => {
    const g = new Graph()
    expect(g.scalar(0)).toBe(g.scalar(0))
    expect(g.scalar(0)).not.toBe(g.scalar(-0))
    expect(g.scalar(1)).not.toBe(g.scalar(1, 'int32'))
  })

  it('keeps a tensor of equal elements as a scalar until its shape is needed', () => {
    const g = new Graph()
    const ones = g.constant(new Float32Array(10_000).fill(1), [100, 100], 'float32')
    expect(ones.dims).toEqual([])
    expect(g.expand(ones, [100, 100]).dims).toEqual([100, 100])
    const x = g.input('x', [3], 'float32')
    expect(g.binary('Mul', x, ones, 'float32')).toBe(x)
    expect(g.binary('Add', x, g.scalar(0), 'float32')).toBe(x)
    expect(g.binary('Sub', g.scalar(3), g.scalar(1), 'float32').scalar).toBe(2)
  })

  it('refuses values of another graph', () => {
    const x = new Graph().input('x', [1], 'float32')
    expect(() => new Graph().emit('Exp', [x], [1], 'float32')).toThrow(/another graph/)
  })

  it('leaves out what no output needs, and inputs that nothing reads', () => {
    const g = new Graph()
    const x = g.input('x', [2], 'float32')
    const unused = g.input('unused', [2], 'float32')
    const y = g.emit('Exp', [x], [2], 'float32')
    g.emit('Log', [unused], [2], 'float32')
    const compiled = compileGraph('dead code', g, { y })
    expect(compiled.nodes).toBe(1)
    expect(compiled.inputs).toEqual([{ name: 'x', type: 'float32', dims: [2] }])
    expect(compiled.outputs).toEqual([{ name: 'y', type: 'float32', dims: [2] }])
  })

  it('gives an output that is an input, a constant or another output a node of its own', () => {
    const g = new Graph()
    const x = g.input('x', [], 'float32')
    const y = g.emit('Exp', [x], [], 'float32')
    const compiled = compileGraph('copies', g, { y, again: y, x2: x, one: g.scalar(1) })
    expect(compiled.nodes).toBe(4)
    expect(compiled.outputs.map((o) => o.name).sort()).toEqual(['again', 'one', 'x2', 'y'])
  })
})
