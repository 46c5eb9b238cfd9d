import { describe, expect, it } from 'vitest'
import { Curves } from '../../../src/inspect/curves.js'
import type { Run } from '../../../src/inspect/runs.js'
import { KEYS, fixtureLookup, fixtureRun } from '../frames.js'
import { placeOf, start } from '../start.js'

const A = 'item-20260131-101500-aaaa'
const B = 'item-20260131-111500-bbbb'
const RUNS = [
  fixtureRun(A, 'transformer'),
  fixtureRun(B, 'mean', { config: { 'model.userTower': 'mean', 'train.steps': '500' } }),
]

const open = (runs: () => Run[] = () => RUNS) => start({ runs }, placeOf('Runs'))

describe('the runs screen', () => {
  it('lists runs with recall, and the curves of the one under the cursor', async () => {
    const { press, shows } = open()
    await press()
    const frame = await shows(/^.*\[\d Runs\]/)
    const lines = frame.split('\n')
    expect(frame).toMatch(/^❯ A item-20260131-101500-aaaa +done +transformer +\.050 +\.170/m)
    expect(frame).toMatch(/^ {2}· item-20260131-111500-bbbb/m)
    expect(frame).toContain('loss (smoothed)')
    expect(frame).toContain('recall@10 (validation)')
    expect(frame).toMatch(/┤ .*─A/)
    expect(frame).toContain('q quit')
    expect(lines.length).toBeLessThan(24)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('lays the chosen runs over each other, with what they differ in', async () => {
    const { press, shows } = open()
    await press(' ', KEYS.down, ' ')
    const frame = await shows('A aaaa userTower transformer   B bbbb userTower mean')
    expect(frame).toMatch(/^❯ B item-20260131-111500-bbbb/m)
    // each curve ends with the letter of its run
    const chart = frame.split('\n').filter((line) => line.includes('┤'))
    expect(chart.some((line) => /[─╮╰]A/.test(line))).toBe(true)
    expect(chart.some((line) => /[─╮╰]B/.test(line))).toBe(true)
    await press(' ')
    expect(await shows(/^❯ · item-20260131-111500-bbbb/m)).not.toContain('B bbbb')
  })

  it('shows weights, engine and the settings that differ', async () => {
    const { press, shows } = open()
    await press(' ', KEYS.down, ' ', KEYS.enter)
    const frame = await shows(/^weights +transformertrans +meanmeanmeanmean$/m)
    expect(frame).toMatch(/^recall@10 +\.050 +\.050$/m)
    await press(KEYS.pageDown, KEYS.pageDown)
    const rest = await shows('SETTINGS THAT DIFFER')
    expect(rest).toMatch(/^model\.userTower +transformer +mean$/m)
    expect(rest).not.toContain('train.steps')
  })

  it('changes the recall shown', async () => {
    const { press, shows } = open()
    await press('m')
    await shows('recall@100 (validation)')
  })

  it('smooths the loss, draws it on a logarithmic scale, and zooms into the end', async () => {
    // a loss of 10^(2 - step / 10): on a logarithmic scale row 7 of 13 is 10^(2 - 2 * 7 / 13)
    const run = fixtureRun(A, 'mean')
    run.curves = new Curves()
    const step = { type: 'step', phase: 'select', learningRate: 1, tau: 1, gradientNorm: 1 } as const
    for (let n = 0; n <= 20; n++)
      run.curves.add({ ...step, step: n, loss: 10 ** (2 - n / 10), rowsPerSecond: 1, seconds: n })
    const { press, shows } = open(() => [run])
    await press('s', 's', 'g')
    const frame = await shows('loss (as recorded, log scale)')
    expect(frame).toMatch(/^ *100 ┤/m)
    expect(frame).toMatch(/^8\.38 ┤/m)
    expect(frame).toMatch(/^1\.00 ┤/m)
    // the later half begins with step 10, where the loss is 10
    await press('z', 'g', 's')
    const half = await shows(/loss \(smoothed\)[^]*^ +10 +20 steps/m)
    expect(half).not.toMatch(/^ *100 ┤/m)
    await press('s')
    await shows('loss (smoothed more)')
  })

  it('says what to run where there are no runs', async () => {
    const { press, shows } = open(() => [])
    await press()
    expect(await shows('There are no runs yet')).toContain('adseq train item')
    // keys that need a run do nothing, and break nothing
    await press(' ', KEYS.down, KEYS.enter, 'u', '?')
    await shows('EVERYWHERE')
  })

  it('follows a training that runs', async () => {
    let step = 100
    const { press, shows } = open(() => [fixtureRun(A, 'mean', { status: 'running', step: step++, recall: {} })])
    await press()
    await shows(/select 10[1-9]\/500/)
  })

  it('looks at users through the run under the cursor with u', async () => {
    const asked: string[] = []
    const { press, shows } = start({ runs: () => RUNS, lookup: fixtureLookup(asked) }, placeOf('Runs'))
    await press(KEYS.down, 'u')
    await shows('BOUGHT NEXT')
    expect(asked[0]).toMatch(new RegExp(`^user .* by ${B}$`))
  })
})
