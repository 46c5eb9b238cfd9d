import { describe, expect, it } from 'vitest'
import { failed, ok, warning, type Finding } from '../../../src/doctor/finding.js'
import { KEYS, fixtureState } from '../frames.js'
import { placeOf, start } from '../start.js'

const FINDINGS = [
  ok('node', 'adseq on Node 24'),
  warning('settings', 'There is no adseq.yaml.', 'Run adseq init.'),
  failed('runs', 'A run is damaged.', 'Train it again.'),
]
const open = (over: Parameters<typeof start>[0] = {}) => start(over, placeOf('Health'))

describe('the health screen', () => {
  it('says what is served, how far behind it is, who is at work and how full the disk is', async () => {
    const state = fixtureState()
    state.data!.seq = 1130
    state.data!.waiting = 3
    state.generations[0].recall = 0.9954
    state.locks = [{ what: '`adseq refresh`', pid: 4, file: '.refresh.lock' }]
    const { press, shows } = open({ state: async () => state })
    await press()
    const frame = await shows('generation-1, 6 items, index recall 0.9954')
    expect(frame).toMatch(/^reads +events up to 100 of 1,130: 1,030 behind$/m)
    expect(frame).toMatch(/^watermark +item 100, advertiser 100; 3 users to encode$/m)
    expect(frame).toMatch(/^at work +`adseq refresh` \(process 4\)$/m)
    expect(frame).toMatch(/^disk +5\.0 GB free; database 1\.2 MB$/m)
    expect(frame).toMatch(/^› \* generation-1 +6 0\.9954 +100 kept/m)
  })

  it('examines when it is first looked at, tells findings as they come, and how they are mended', async () => {
    let tell: (finding: Finding) => void = () => {}
    let end: () => void = () => {}
    let times = 0
    const examine = (found: (finding: Finding) => void): Promise<Finding[]> => {
      times++
      tell = found
      return new Promise((resolve) => (end = () => resolve(FINDINGS)))
    }
    const { press, shows } = open({ examine })
    await press()
    await shows('examining…')
    for (const finding of FINDINGS) tell(finding)
    await shows(/^ {2}✗ runs +A run is damaged\.$/m)
    end()
    await shows('HEALTH  1 failed, 1 to look at.')
    await press(KEYS.down)
    await shows('Fix: Run adseq init.')
    await press('j')
    await shows('Fix: Train it again.')
    await press('r')
    await shows('examining…')
    expect(times).toBe(2)
  })
})
