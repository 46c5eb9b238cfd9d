import { describe, expect, it } from 'vitest'
import type { KeptExperiment } from '../../../src/simulate/days-file.js'
import type { DayNews } from '../../../src/simulate/experiment.js'
import { KEYS } from '../frames.js'
import { placeOf, start } from '../start.js'

const day = (day: number): DayNews => ({
  worlds: 1,
  done: day,
  days: 4,
  reported: {
    ...{ day, of: 4, requests: 100 * day, users: { control: 11, treatment: 12 } },
    compared: [{ name: 'clicks', control: 0.25, treatment: 0.5, lift: 1, interval: [0.5, 1.5], p: 0.01, found: true }],
    look: { day, lift: 1, interval: [0.5, 1.5] },
    budgets: [{ money: 1000, spent: 250 * day, campaigns: 7, out: 1 }],
    survival: [{ arm: 'control', generator: 'popular', counts: Float64Array.of(100, 50, 20, 10, 2, 1) }],
  },
})
const experiment = (name: string, days: number, over: Partial<KeptExperiment> = {}): KeptExperiment => ({
  name,
  status: days < 4 ? 'running' : 'done',
  changed: Date.now(),
  days: {
    head: { preset: name, about: 'what differs', began: Date.now() - 1000, pid: 1 },
    news: Array.from({ length: days }, (_, d) => day(d + 1)),
  },
  ...over,
})
const RESULT: KeptExperiment['result'] = {
  ...{ arms: ['control', 'treatment'], requests: 400, seconds: 61, design: 'budget-split', survival: [] },
  metrics: [
    { name: 'clicks', arm: 'treatment', control: 0.25, treatment: 0.5, lift: 1, interval: [0.5, 1.5], truth: 0.92 },
  ],
}
const open = (experiments: () => KeptExperiment[]) => start({ experiments }, placeOf('Experiment'))

describe('the experiment screen', () => {
  it('follows an experiment while it is lived', async () => {
    let days = 1
    const { press, shows } = open(() => [experiment('a-a-1', days)])
    await press()
    expect(await shows('day 1 of 4')).toContain('spend, both arms')
    days = 3
    const frame = await shows('day 3 of 4')
    expect(frame).toContain('3/4 days')
    expect(frame).toContain('750 of 1,000, 1 of 7 campaigns out')
    expect(frame).toMatch(/^control +\.500 +\.200 +\.100 +\.020 +\.010$/m)
  })

  it('shows what came out beside the truth, and others that were lived before', async () => {
    const older = experiment('old-1', 0, { status: 'done', days: undefined, result: RESULT })
    const { press, shows } = open(() => [experiment('a-a-1', 4, { result: RESULT }), older])
    await press()
    expect(await shows('4 days, over')).toMatch(/^❯ a-a-1 +done/m)
    await press(KEYS.enter)
    expect(await shows('400 requests of all worlds in 1 min 1 s; budget-split')).toMatch(
      /^ {2}clicks +0\.250 +0\.500 +\+100 % \+50 to \+150 % +\+92 %$/m,
    )
    await press(KEYS.enter)
    await shows('4 days, over')
    // an older adseq kept no days
    await press('j')
    expect(await shows('old-1  400 requests')).toMatch(/^❯ old-1 +done/m)
  })

  it('says what to run where nothing was simulated', async () => {
    const { press, shows } = open(() => [])
    await press()
    await shows('adseq simulate --preset sequence-model')
  })
})
