import { expect, it } from 'vitest'
import { coverageNote } from '../../src/evaluate/coverage-note.js'

const row = (
  kind: 'model' | 'hybrid' | 'baseline',
  name: string,
  at10: number,
  run = 'a',
  level = 'item' as const,
) => ({
  kind,
  name,
  run,
  level,
  coverage: { '10': at10, '100': 0.5 },
})

it('says what fitting by recall changes in coverage, model by model at its own level', () => {
  const rows = [
    row('model', 'mean', 0.134),
    row('hybrid', 'mean + history', 0.0043),
    row('model', 'max', 0.1, 'b'),
    row('hybrid', 'max + history', 0.2, 'b'),
    { ...row('model', 'mean', 0.5), level: 'advertiser' as const },
    row('baseline', 'control', 0.3),
  ]
  expect(coverageNote(rows, 'item')).toMatch(
    /fitted by recall@10 plus recall@100 .*: from the model alone to its hybrid, coverage@10 falls from .134 to .0043 \(mean \+ history\), rises from .100 to .200 \(max \+ history\)\.$/,
  )
  expect(coverageNote([row('model', 'm', 0.1), row('hybrid', 'm + history', 0.1)], 'item')).toContain('stays at .100')
})

it('says nothing where nothing was fitted', () => {
  expect(coverageNote([row('model', 'mean', 0.1), row('baseline', 'control', 0.3)], 'item')).toBeUndefined()
})
