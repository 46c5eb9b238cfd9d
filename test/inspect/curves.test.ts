import { describe, expect, it } from 'vitest'
import { Curves } from '../../src/inspect/curves.js'
import type { Phase, StartRecord, StepRecord, ValidationRecord } from '../../src/runs/records.js'

const start = (phase: Phase, from = 0): StartRecord => ({
  type: 'start',
  run: 'r',
  kind: 'item',
  phase,
  steps: 100,
  from,
  parameters: 1,
  engine: 'onnx',
  device: 'cpu',
})
const step = (phase: Phase, n: number, loss: number): StepRecord => ({
  type: 'step',
  phase,
  step: n,
  loss,
  learningRate: 1,
  tau: 1,
  gradientNorm: 1,
  rowsPerSecond: 1,
  seconds: n,
})
const validation = (n: number, recall: number): ValidationRecord => ({
  type: 'validation',
  phase: 'select',
  step: n,
  recall: { 10: recall },
  best: true,
})

describe('curves of a run', () => {
  it('smooth the loss as a running mean that starts at the first value', () => {
    const curves = new Curves()
    curves.add(start('select'))
    curves.add(step('select', 10, 8))
    curves.add(step('select', 20, 4))
    // weights .95 * .05 and .05: (0.0475 * 8 + 0.05 * 4) / 0.0975
    expect(curves.phases.select!.loss[0]).toEqual({ x: 10, y: 8 })
    expect(curves.phases.select!.loss[1].y).toBeCloseTo((0.0475 * 8 + 0.05 * 4) / 0.0975, 10)
  })

  it('forget the steps that a resumed run repeats', () => {
    const once = new Curves()
    const resumed = new Curves()
    for (const c of [once, resumed]) {
      c.add(start('select'))
      c.add(step('select', 10, 8))
      c.add(validation(10, 0.1))
    }
    resumed.add(step('select', 20, 99))
    resumed.add(validation(20, 0.9))
    resumed.add(start('select', 10))
    for (const c of [once, resumed]) {
      c.add(step('select', 20, 4))
      c.add(validation(20, 0.2))
    }
    expect(resumed.phases).toEqual(once.phases)
  })

  it('show the selection where it exists, else the refit', () => {
    const curves = new Curves()
    expect(curves.shown()).toBeUndefined()
    curves.add(start('refit'))
    curves.add(step('refit', 10, 3))
    expect(curves.shown()!.loss).toHaveLength(1)
    curves.add(start('select'))
    curves.add(step('select', 10, 5))
    expect(curves.shown()!.loss[0].y).toBe(5)
  })
})
