import { describe, expect, it } from 'vitest'
import { render } from 'ink'
import { EventEmitter } from 'node:events'
import type { DayNews } from '../../src/simulate/experiment.js'
import { METRICS } from '../../src/simulate/metrics.js'
import { simulationScreen } from '../../src/tui/simulate-view.js'
import { Simulation } from '../../src/tui/simulation.js'
import { advance, initialState, secondsLeft, survivalOf, type SimulationState } from '../../src/tui/simulation-state.js'
import { plain } from './frames.js'

const survival = [
  { arm: 'control', generator: 'popular', counts: Float64Array.of(60, 50, 40, 4, 1, 0) },
  { arm: 'control', generator: 'own-repeats', counts: Float64Array.of(40, 40, 40, 6, 0, 0) },
  { arm: 'treatment', generator: 'popular', counts: Float64Array.of(200, 150, 100, 10, 4, 2) },
]

function news(day: number, designs: 'split' | 'shared' = 'split'): DayNews {
  const half = 2 / Math.sqrt(day)
  const budget = { money: 1234.5 * day, spent: 700 * day, campaigns: 139, out: day }
  return {
    worlds: 3,
    done: day * 3 - 2,
    days: 90,
    reported: {
      day,
      of: 30,
      requests: 590 * day,
      users: { control: 2513, treatment: 2506 },
      compared: METRICS.map(({ name }) => ({
        name,
        control: 0.0384,
        treatment: 0.0928,
        lift: 1.4167,
        interval: [1.4167 - half, 1.4167 + half],
        p: 0.01,
        found: true,
      })),
      look: day < 3 ? undefined : { day, lift: 1.4167, interval: [1.4167 - 2 * half, 1.4167 + 2 * half] },
      budgets: designs === 'split' ? [budget, budget] : [budget],
      survival,
    },
  }
}

function after(all: readonly DayNews[]): SimulationState {
  const state = initialState('sequence-model', 'other generators alone against the same with candidates', 0)
  for (const one of all) advance(state, one)
  return state
}

class Terminal extends EventEmitter {
  isTTY = true
  columns = 80
  rows = 24
  frames: string[] = []
  write = (text: string): boolean => {
    this.frames.push(text)
    return true
  }
}

/** What is on a terminal of 80 x 24. */
function frameOf(state: SimulationState): string {
  const terminal = new Terminal()
  const stdout = terminal as unknown as NodeJS.WriteStream
  const app = render(<Simulation state={state} now={60_000} />, { stdout, debug: true, exitOnCtrlC: false })
  const frame = plain(terminal.frames.at(-1)).trimEnd()
  app.unmount()
  return frame
}
const days = (n: number, designs?: 'shared'): DayNews[] => Array.from({ length: n }, (_, d) => news(d + 1, designs))

describe('the view of an experiment', () => {
  it('fits 80 x 24 with everything in it', () => {
    const frame = frameOf(after(days(12)))
    const lines = frame.split('\n')
    expect(lines.length).toBeLessThanOrEqual(23)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const told of ['34/90 days', 'day 12 of 30', 'conversions: lift', 'CPA', 'spend, control', 'converted'])
      expect(frame).toContain(told)
    expect(frame).toContain('8,400 of 14,814')
  })

  it('says what there is before the first day, and before there are conversions enough', () => {
    const none = after([{ worlds: 1, done: 0, days: 30 }])
    expect(frameOf(none)).toContain('the first day is not over yet')
    expect(frameOf(after(days(2)))).toContain('too few conversions yet')
    expect(frameOf(after(days(4, 'shared')))).toContain('spend, both arms')
  })

  it('tells the time left by the speed so far', () => {
    expect(secondsLeft(after(days(4)), 20_000)).toBeCloseTo((20 / 10) * 80, 9)
    expect(secondsLeft(after([{ worlds: 1, done: 0, days: 30 }]), 20_000)).toBeUndefined()
  })

  it('sums an arm over its generators', () => {
    expect(survivalOf(survival, 'control')).toEqual(['.900', '.800', '.100', '.010', '0'])
  })

  it('is gone when it has ended, and gives the signals back', async () => {
    const interrupt = (): void => {}
    process.on('SIGINT', interrupt)
    const watch = async (): Promise<[written: string, listeners: number]> => {
      const terminal = new Terminal()
      const screen = simulationScreen({ preset: 'a-a', about: 'the same' }, terminal as unknown as NodeJS.WriteStream)
      screen.watch({ worlds: 1, done: 0, days: 30 })
      screen.watch(news(5))
      await screen.end()
      await screen.end()
      return [terminal.frames.join(''), process.listenerCount('SIGINT')]
    }
    try {
      const [written, first] = await watch()
      const [, second] = await watch()
      expect(written).toContain('a-a')
      expect(second).toBe(first)
    } finally {
      process.off('SIGINT', interrupt)
    }
  })
})
