import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { render } from 'ink-testing-library'
import type { Phase, TrainRecord } from '../../src/runs/records.js'
import { Training } from '../../src/tui/training.js'
import { advance, initialState, secondsLeft, type TrainingState } from '../../src/tui/training-state.js'
import { renderTraining } from '../../src/tui/train-view.js'

const run = 'item-20260131-101500-a1b2'
const start = (phase: Phase, steps: number, from = 0): TrainRecord => ({
  type: 'start',
  run,
  kind: 'item',
  phase,
  steps,
  from,
  parameters: 412_345,
  engine: 'onnx',
  device: 'cpu',
})
const step = (n: number, loss: number, phase: Phase = 'select'): TrainRecord => ({
  type: 'step',
  phase,
  step: n,
  loss,
  learningRate: 0.0018,
  tau: 0.083,
  gradientNorm: 0.91,
  rowsPerSecond: 3410,
  seconds: n * 0.1,
})
const validation = (n: number, r10: number, best: boolean): TrainRecord => ({
  type: 'validation',
  phase: 'select',
  step: n,
  recall: { 10: r10, 100: r10 * 3 },
  best,
})
const done: TrainRecord = {
  type: 'done',
  run,
  weightsHash: '3f2a9c0e1b7d5a64ffff',
  steps: 500,
  seconds: 192,
  recall: { 10: 0.081, 100: 0.239 },
}

function after(records: TrainRecord[]): TrainingState {
  const state = initialState()
  for (const record of records) advance(state, record)
  return state
}

// eslint-disable-next-line no-control-regex
const plain = (text: string | undefined): string => (text ?? '').replace(/\u001B\[[0-9;?]*[a-zA-Z]/g, '')

class Terminal extends EventEmitter {
  isTTY = true
  frames: string[] = []
  constructor(
    public columns: number,
    public rows: number,
  ) {
    super()
  }
  write = (frame: string): boolean => {
    this.frames.push(frame)
    return true
  }
}

describe('the training view', () => {
  it('shows the phase, the step, the numbers of the last step and both charts', () => {
    const state = after([start('select', 500), step(100, 6), validation(100, 0.05, true), step(200, 5)])
    const frame = plain(render(<Training state={state} />).lastFrame())
    expect(frame).toContain('item model')
    expect(frame).toContain('onnx cpu · 412,345 parameters')
    expect(frame).toMatch(/selecting steps ━+─+ 200\/500 {2}30 s left at most/)
    expect(frame).toContain('rows/s 3,410')
    expect(frame).toContain('lr 1.80e-3')
    expect(frame).toContain('tau .083')
    expect(frame).toContain('step 100 ✓ best so far   recall @10 .050 @100 .150')
    expect(frame).toContain('loss (smoothed)')
    expect(frame).toContain('● recall@10  ○ recall@100')
  })

  it('reckons the time left from the speed of this phase', () => {
    expect(secondsLeft(after([start('select', 500)]))).toBeUndefined()
    // .1 s a step, 300 to go
    expect(secondsLeft(after([start('select', 500), step(100, 6), step(200, 5)]))).toBeCloseTo(30)
    expect(
      secondsLeft(after([start('select', 500), step(400, 6), start('refit', 300), step(10, 5, 'refit')])),
    ).toBeUndefined()
  })

  it('says what is still to come before the first step and the first validation', () => {
    expect(plain(render(<Training state={initialState()} />).lastFrame())).toContain('preparing the data')
    const frame = plain(render(<Training state={after([start('select', 500, 120)])} />).lastFrame())
    expect(frame).toContain('resumed at step 120')
    expect(frame).toContain('waiting for the first step')
    expect(frame).toContain('the first validation is still to come')
  })

  it('fits in 80 x 24 and ends with a summary', async () => {
    const out = new Terminal(80, 24)
    async function* records(): AsyncGenerator<TrainRecord> {
      yield start('select', 500)
      for (let i = 10; i <= 500; i += 10) yield step(i, 7 - i / 250)
      yield validation(500, 0.081, true)
      await new Promise((resolve) => setTimeout(resolve, 250))
      yield done
    }
    const result = await renderTraining(records(), { stdout: out as unknown as NodeJS.WriteStream })
    expect(result.weightsHash).toBe('3f2a9c0e1b7d5a64ffff')
    for (const frame of out.frames) {
      const lines = plain(frame).split('\n')
      expect(lines.length).toBeLessThan(24)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    }
    const end = plain(out.frames.join('\n'))
    expect(end).toContain('✓ item model done: 500 steps in 3 min 12 s')
    expect(end).toContain('validated recall @10 .081 @100 .239')
  })

  it('redraws at most ten times a second', async () => {
    const out = new Terminal(80, 24)
    const from = Date.now()
    async function* records(): AsyncGenerator<TrainRecord> {
      yield start('select', 5000)
      for (let i = 1; i <= 400; i++) {
        yield step(i, 7)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      yield done
    }
    await renderTraining(records(), { stdout: out as unknown as NodeJS.WriteStream })
    const charts = out.frames.filter((f) => f.includes('loss (smoothed)'))
    expect(charts.length).toBeGreaterThan(1)
    expect(charts.length).toBeLessThanOrEqual((Date.now() - from) / 100 + 2)
  })

  it('leaves an interruption to the command, which writes a checkpoint first', async () => {
    const out = new Terminal(80, 24)
    let heard = 0
    const listeners = process.listenerCount('SIGINT')
    process.once('SIGINT', () => heard++)
    async function* records(): AsyncGenerator<TrainRecord> {
      yield start('select', 500)
      yield step(10, 7)
      // with the process's own listener gone after the first call, Ink alone would end the process here
      process.emit('SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 250))
      yield step(11, 7)
      throw new Error('checkpoint written')
    }
    await expect(renderTraining(records(), { stdout: out as unknown as NodeJS.WriteStream })).rejects.toThrow(
      'checkpoint written',
    )
    expect(heard).toBe(1)
    expect(plain(out.frames.join('\n'))).toContain('interrupted: stopping after a checkpoint')
    expect(process.listenerCount('SIGINT')).toBe(listeners)
  })

  it('passes on what the training throws', async () => {
    const out = new Terminal(80, 24)
    // eslint-disable-next-line require-yield
    async function* records(): AsyncGenerator<TrainRecord> {
      throw new Error('no conversion in the window')
    }
    await expect(renderTraining(records(), { stdout: out as unknown as NodeJS.WriteStream })).rejects.toThrow(
      'no conversion in the window',
    )
  })
})
