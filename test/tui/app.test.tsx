import { render } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../src/inspect/runs.js'
import { App } from '../../src/tui/app.js'
import type { OpenLookup } from '../../src/inspect/lookup.js'
import { KEYS, failingLookup, fixtureLookup, fixtureRun, plain, until } from './frames.js'

const A = 'item-20260131-101500-aaaa'
const B = 'item-20260131-111500-bbbb'
const RUNS = [
  fixtureRun(A, 'transformer'),
  fixtureRun(B, 'mean', { config: { 'model.userTower': 'mean', 'train.steps': '500' } }),
]

let close = (): void => undefined
afterEach(() => close())

function start({ runs = RUNS, open = fixtureLookup() }: { runs?: Run[] | (() => Run[]); open?: OpenLookup } = {}) {
  const read = typeof runs === 'function' ? runs : () => runs
  const app = render(<App folder="/w" readRuns={read} open={open} draw={0} />)
  close = app.unmount
  const press = async (...keys: string[]): Promise<void> => {
    // Ink listens some time after the first frame, and reads one key at a time
    await new Promise((resolve) => setTimeout(resolve, 0))
    while (app.stdin.listenerCount('readable') === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const key of keys) {
      app.stdin.write(key)
      // a lone escape is told from the start of a sequence by what follows
      if (key === KEYS.escape) await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  return {
    press,
    frame: () => plain(app.lastFrame()),
    shows: (expected: string | RegExp) => until(app.lastFrame, expected),
  }
}

describe('the runs screen', () => {
  it('lists runs with recall, and the curves of the one under the cursor', () => {
    const { frame } = start()
    const lines = frame().split('\n')
    expect(lines[0]).toMatch(/^adseq \/w .*\[1 Runs\] {3}2 Users$/)
    expect(frame()).toMatch(/^❯ A item-20260131-101500-aaaa +done +transformer +\.050 +\.170/m)
    expect(frame()).toMatch(/^ {2}· item-20260131-111500-bbbb/m)
    expect(frame()).toContain('loss (smoothed)')
    expect(frame()).toContain('recall@10 (validation)')
    expect(frame()).toMatch(/┤ .*─A/)
    expect(frame()).toContain('q quit')
    expect(lines.length).toBeLessThan(24)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('lays the chosen runs over each other, with what they differ in', async () => {
    const { press, shows } = start()
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
    const { press, shows } = start()
    await press(' ', KEYS.down, ' ', KEYS.enter)
    const frame = await shows(/^weights +transformertrans +meanmeanmeanmean$/m)
    expect(frame).toMatch(/^recall@10 +\.050 +\.050$/m)
    await press(KEYS.pageDown, KEYS.pageDown)
    const rest = await shows('SETTINGS THAT DIFFER')
    expect(rest).toMatch(/^model\.userTower +transformer +mean$/m)
    expect(rest).not.toContain('train.steps')
  })

  it('changes the recall shown', async () => {
    const { press, shows } = start()
    await press('m')
    await shows('recall@100 (validation)')
  })

  it('says what to run where there are no runs', async () => {
    const { press, frame, shows } = start({ runs: [] })
    expect(frame()).toContain('There are no runs yet')
    expect(frame()).toContain('adseq train item')
    // keys that need a run do nothing, and break nothing
    await press(' ', KEYS.down, KEYS.enter, 'u', '?')
    await shows('EVERYWHERE')
  })

  it('follows a training that runs', async () => {
    let step = 100
    const { shows } = start({ runs: () => [fixtureRun(A, 'mean', { status: 'running', step: step++, recall: {} })] })
    await shows(/select 10[1-9]\/500/)
  })
})

describe('the users screen', () => {
  it('shows a history beside what is retrieved, and what was bought next', async () => {
    const { press, shows } = start()
    await press(KEYS.tab)
    expect(await shows('BOUGHT NEXT')).toContain('[2 Users]')
    await press('/', 'ann', KEYS.enter)
    const frame = await shows('user ann  3 events up to the cutoff 1970-04-11')
    // the latest event of the history on the left, the best item on the right
    const line = frame.split('\n').find((text) => text.includes('✓↻ Whole milk'))
    expect(line).toMatch(/^› +24 h checkout Butter, salted .*❯ 1 ✓↻ Whole milk .* 1\.50 0\.996$/)
    expect(frame).toContain('4 conversions in 30 days: 3 in the top 10, 3 in the top 100')
    expect(frame).toMatch(/^ +4 +10 d add_to_cart 2× Circular saw/m)
    expect(frame).toContain('Whole milk · item milk · advertiser Dairy & Sons · 1.50 · FOOD/DAIRY · ↻ bought 1× before')
  })

  it('moves between panes and rows, and says all of the row', async () => {
    const { press, shows } = start()
    await press(KEYS.tab, '/', 'ann', KEYS.enter)
    await shows('user ann')
    await press(KEYS.right, KEYS.down)
    expect(await shows('▸ BOUGHT NEXT')).toContain('1970-04-21 00:00 UTC · add_to_cart · Circular saw')
    await press(KEYS.right, KEYS.down)
    expect(await shows('▸ HISTORY')).toContain('1970-04-01 00:00 UTC · checkout · Whole milk')
    await press('a')
    expect(await shows('RETRIEVED ADVERTISERS')).toMatch(/1 ✓↻ Dairy & Sons/)
  })

  it('takes keys as text while an id is typed, and keeps the user on show when it is unknown', async () => {
    const { press, shows } = start()
    await press(KEYS.tab, '/', 'ann', KEYS.enter)
    await shows('user ann')
    await press('/', 'q', 'r')
    await shows('user id: qr')
    await press(KEYS.enter)
    const failed = await shows('✗ There is no user qr in this workspace.')
    expect(failed).toContain('Whole milk')
    await press('/', 'bo')
    await shows('user id: bo')
    await press(KEYS.escape)
    await shows(/^(?![^]*user id:)/)
    // pasted with its line end
    await press('/', 'bob\r')
    await shows('user bob')
  })

  it('draws users with r', async () => {
    const asked: string[] = []
    const { press, shows } = start({ open: fixtureLookup(asked) })
    await press(KEYS.tab)
    await shows('BOUGHT NEXT')
    for (let i = 0; i < 12 && new Set(asked.filter((a) => a.startsWith('user'))).size < 2; i++) {
      await press('r')
      await shows(/user (ann|bob)/)
    }
    expect(asked).toEqual(expect.arrayContaining(['open latest', 'user ann', 'user bob']))
  })

  it('looks through the run under the cursor with u', async () => {
    const asked: string[] = []
    const { press, shows } = start({ open: fixtureLookup(asked) })
    await press(KEYS.down, 'u')
    await shows('BOUGHT NEXT')
    expect(asked[0]).toBe(`open ${B}`)
  })

  it('says what is wrong where there is no data', async () => {
    const { press, shows } = start({ open: failingLookup })
    await press('2')
    expect(await shows('✗ There is no data in /w')).toContain('adseq import csv')
  })
})

describe('everywhere', () => {
  it('explains its keys and goes back to where it was', async () => {
    const { press, shows } = start()
    await press(KEYS.down, ' ', '?')
    expect(await shows('EVERYWHERE')).not.toContain('loss (smoothed)')
    await press('?')
    await shows(/^❯ A item-20260131-111500-bbbb/m)
  })
})
