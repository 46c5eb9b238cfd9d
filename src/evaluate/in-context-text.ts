import { count, share, signed } from '../text/numbers.js'
import { columns } from '../text/table.js'
import type { InContextReport, InContextRow } from './in-context.js'

const TOLD: Record<InContextRow['context'], string> = { nothing: '-', search: 'search', purchase: 'bought' }
const SHOWN = ['10', '100'] as const

/** The report as plain lines: recall with and without context, with the gain over the stored history alone. */
export function inContextText(report: InContextReport): string {
  const { run, days, searches, followed, positives, entries, protocol } = report
  const names = [...new Set(report.rows.map(({ name }) => name))]
  return [
    `What is bought within ${days} days of a search, by ${run}.`,
    `${count(positives)} conversions after ${count(followed)} of ${count(searches)} searches, among ` +
      `${count(entries)} items.`,
    `Protocol ${protocol.hash}.`,
    ...names.flatMap((name) => ['', name, '', ...tableOf(report.rows.filter((row) => row.name === name))]),
    '',
    `Through the funnel, ordered by ${report.funnel.rankedBy === 'l1' ? 'the light ranker' : 'fused ranks'}`,
    '',
    ...columns([
      ['told', 'item-model', 'all generators', 'within quotas', 'handed on (100)'],
      ...report.funnel.rows.map(({ context, itemModel, union, quota, handedOn }) => [
        TOLD[context],
        ...[itemModel, union, quota, handedOn].map(share),
      ]),
    ]),
    '',
    'vector: stored = of the history up to the midnight before the search, as daily',
    'inference makes it; anew = up to the search itself, which is its last event.',
    'told: what the request tells beside it; bought = the category of what is bought',
    'first, which nobody knows: what the layers could do. gain: over the stored',
    'vector told nothing, with an interval by bootstrap over searches. Through the',
    'funnel, by stored vectors: the share of the conversions that can still be won.',
  ].join('\n')
}

function tableOf(rows: readonly InContextRow[]): string[] {
  const head = ['vector', 'told', ...SHOWN.flatMap((K) => [`R@${K}`, 'gain', '95 %'])]
  const cells = rows.map((row) => [
    row.history,
    TOLD[row.context],
    ...SHOWN.flatMap((K) => [share(row.recall[K]), ...gained(row, K)]),
  ])
  return columns([head, ...cells])
}

function gained({ gain, gainInterval }: InContextRow, K: string): string[] {
  if (!gain) return ['', '']
  const interval = gainInterval?.[K]
  return [signed(gain[K]), interval ? interval.map(signed).join(' to ') : '-']
}
