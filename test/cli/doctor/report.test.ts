import { describe, expect, it } from 'vitest'
import { examine } from '../../../src/cli/doctor/doctor.js'
import { failed, ok, warning } from '../../../src/cli/doctor/finding.js'
import { report } from '../../../src/cli/doctor/report.js'

const surroundings = { folder: '/nowhere', root: '/nowhere', node: '22.14.0' }

describe('examine', () => {
  it('goes on after a check that broke, and says so', async () => {
    const broken = (): never => {
      throw new Error('boom')
    }
    const findings = await examine(surroundings, [broken, () => [ok('later', 'still looked at')]])
    expect(findings).toMatchObject([
      { check: 'broken', status: 'failed', message: expect.stringContaining('boom') },
      { check: 'later', status: 'ok' },
    ])
  })
})

describe('report', () => {
  it('puts each fix below its finding and sums up', () => {
    expect(report([ok('a', 'fine'), warning('bee', 'old', 'renew it'), failed('c', 'gone', 'restore it')])).toEqual([
      'ok       a    fine',
      'warning  bee  old',
      '              Fix: renew it',
      'FAILED   c    gone',
      '              Fix: restore it',
      '1 failed, 1 to look at.',
    ])
    expect(report([ok('a', 'fine')]).at(-1)).toBe('All is well.')
    expect(report([warning('a', 'old', 'renew it')]).at(-1)).toBe('All works; 1 to look at.')
  })

  it('breaks lines between words on a terminal', () => {
    expect(report([warning('disk', 'Only 1.5 GB free in the folder.', 'Free some space.')], 40)).toEqual([
      'warning  disk  Only 1.5 GB free in the\n               folder.',
      '               Fix: Free some space.',
      'All works; 1 to look at.',
    ])
  })
})
