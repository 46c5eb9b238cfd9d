import { describe, expect, it } from 'vitest'
import { examine } from '../../src/doctor/doctor.js'
import { failed, ok, warning, type Finding } from '../../src/doctor/finding.js'
import { examineInThread } from '../../src/doctor/in-thread.js'
import { findingLines, verdict } from '../../src/doctor/report.js'

const surroundings = { folder: '/nowhere', root: '/nowhere', node: '22.14.0' }

describe('examine', () => {
  it('answers the same from a thread, each finding as soon as it is made', async () => {
    const told: Finding[] = []
    const findings = await examineInThread(surroundings, (finding) => told.push(finding))
    expect(told).toEqual(findings)
    const of = (check: string) => findings.filter((finding) => finding.check === check).map(({ status }) => status)
    expect([of('usearch'), of('database')]).toEqual([['ok'], ['warning']])
  }, 30_000)

  it('goes on after a check that broke, and says so', async () => {
    const broken = (): never => {
      throw new Error('boom')
    }
    const told: string[] = []
    const findings = await examine(surroundings, {
      checks: [broken, () => [ok('later', 'still looked at')]],
      found: ({ check }) => told.push(check),
    })
    expect(told).toEqual(['broken', 'later'])
    expect(findings).toMatchObject([
      { check: 'broken', status: 'failed', message: expect.stringContaining('boom') },
      { check: 'later', status: 'ok' },
    ])
  })
})

describe('a report', () => {
  it('puts each fix below its finding and sums up', () => {
    expect(findingLines(warning('bee', 'old', 'renew it'))).toEqual([
      'warning  bee         old',
      '                     Fix: renew it',
    ])
    expect(verdict([ok('a', 'fine'), warning('b', 'old', 'renew it'), failed('c', 'gone', 'restore it')])).toBe(
      '1 failed, 1 to look at.',
    )
    expect(verdict([ok('a', 'fine')])).toBe('All is well.')
    expect(verdict([warning('a', 'old', 'renew it')])).toBe('All works; 1 to look at.')
  })

  it('breaks lines between words on a terminal', () => {
    expect(findingLines(warning('disk', 'Only 1.5 GB free in the folder.', 'Free some space.'), 46)).toEqual([
      'warning  disk        Only 1.5 GB free in the\n                     folder.',
      '                     Fix: Free some space.',
    ])
  })
})
