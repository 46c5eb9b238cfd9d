import { expect, test } from 'vitest'
import { sequenceGain } from '../../src/cli/quickstart-text.js'
import type { Report, ReportRow } from '../../src/evaluate/report.js'

/** A report in which mean pooling's recall@10 minus the transformer's has the interval given. */
function report(transformer: number, mean: number, low: number, high: number): Report {
  const row = (name: string, recall: number, difference?: ReportRow['difference']): Partial<ReportRow> => ({
    name,
    kind: 'model',
    level: 'item',
    recall: { '10': recall },
    difference,
  })
  const rows = [
    row('transformer', transformer),
    row('mean pooling', mean, {
      from: 'transformer',
      recall: { '10': mean - transformer },
      interval: { '10': [low, high] },
      recallNew: {},
      intervalNew: {},
    }),
  ]
  return { kind: 'item', rows } as Report
}

test('a gain is claimed only when the interval of the difference lies above zero', () => {
  expect(sequenceGain(report(0.12, 0.1, -0.03, -0.01))).toMatch(
    /\+\.020 \(95 % interval .* \+\.010 to \+\.030, 20 %\)\. Order is worth something/,
  )
  expect(sequenceGain(report(0.12, 0.1, -0.03, 0.01))).toMatch(/-\.010 to \+\.030.*no difference can be claimed/)
  expect(sequenceGain(report(0.1, 0.12, 0.01, 0.03))).toMatch(/-\.020 .*the sequence model loses/)
})

test('without both models there is nothing to compare', () => {
  expect(sequenceGain({ kind: 'item', rows: [] } as unknown as Report)).toMatch(/No pair/)
})
