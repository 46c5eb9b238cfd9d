import { expect, it } from 'vitest'
import { reportText } from '../../src/evaluate/report-text.js'
import type { Report } from '../../src/evaluate/report.js'

/** The lines of a report with one row at the item level. */
function text(level: Partial<NonNullable<Report['levels']['item']>>): string {
  const at = { '10': 0.1, '100': 0.2 }
  const row = {
    name: 'popularity',
    kind: 'baseline',
    level: 'item',
    users: 5,
    positives: 40,
    positivesNew: 4,
    recall: at,
    recallNew: at,
    coverage: at,
    coverageCeiling: at,
    interval: {},
    seconds: 0,
  }
  return reportText({
    version: 1,
    kind: 'item',
    protocol: { cutoff: 1_500_000_000, windowDays: 30, indexSize: 0, history: 'kept', seed: 1, hash: 'p' },
    data: { hash: 'd' },
    runs: [],
    levels: {
      item: { entries: 100, positivesOutside: 0, usersWithoutHistory: 0, positivesWithoutHistory: 0, ...level },
    },
    rows: [row],
    notes: [],
    seconds: 1,
  } as unknown as Report)
}

it('says which conversions nobody could have found, in words that read in the singular too', () => {
  expect(text({})).not.toContain('misses')
  expect(text({ positivesOutside: 1234, positivesWithoutHistory: 32, usersWithoutHistory: 2 })).toContain(
    '\nCounted as misses: 1,234 conversions of items not known at the cutoff, 32 conversions of 2 users without ' +
      'a history.\n',
  )
  expect(text({ positivesOutside: 1 })).toContain(
    '\nCounted as misses: 1 conversion of an item not known at the cutoff.\n',
  )
  expect(text({ positivesWithoutHistory: 3, usersWithoutHistory: 1 })).toContain(
    '\nCounted as misses: 3 conversions of 1 user without a history.\n',
  )
})
