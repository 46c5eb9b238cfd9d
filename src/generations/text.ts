import { count, plural, share } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import type { Drift, GenerationComparison, LevelComparison } from './compare.js'
import type { ListedGeneration } from './list.js'

/** Columns of a list of generations. */
export const GENERATIONS: Column<ListedGeneration>[] = [
  { head: ' ', value: ({ current }) => (current ? '*' : ' ') },
  { head: 'generation', value: ({ generation }) => generation },
  { head: 'items', value: ({ items }) => (items === null ? '-' : count(items)), align: 'right' },
  { head: 'recall', value: ({ recall }) => (recall === null ? '-' : recall.toFixed(4)), align: 'right' },
  { head: 'events', value: ({ seq }) => count(seq), align: 'right' },
  { head: 'files', value: ({ files }) => (files ? 'kept' : 'removed') },
  { head: 'item run', value: ({ itemRun }) => itemRun ?? '-', drop: 1 },
  { head: 'advertiser run', value: ({ advertiserRun }) => advertiserRun ?? '-', drop: 2 },
]

/** The generations as a table; runs where there is room. */
export function generationLines(generations: readonly ListedGeneration[], width: number): string[] {
  return generations.length === 0 ? [] : tableLines(GENERATIONS, generations, width)
}

/** What changes between two generations, to read. */
export function comparisonLines({ a, b, seq, users, item, advertiser }: GenerationComparison): string[] {
  const lines = [
    `a  ${a}, events up to ${count(seq[0])}`,
    `b  ${b}, events up to ${count(seq[1])}`,
    `${plural(users, 'user')} known to both`,
  ]
  const levels = [{ name: 'items', of: item }, ...(advertiser ? [{ name: 'advertisers', of: advertiser }] : [])]
  for (const { name, of } of levels) lines.push('', ...levelLines(name, of))
  return lines
}

function levelLines(name: string, { runs, entries, added, gone, lists, drift }: LevelComparison): string[] {
  const { k, overlap, changed, firstChanged } = lists
  const came = [added > 0 && `${count(added)} added`, gone > 0 && `${count(gone)} gone`].filter(Boolean)
  return [
    `${name}: ${count(entries[0])} in a, ${count(entries[1])} in b${came.length > 0 ? `, ${came.join(', ')}` : ''}`,
    `  lists           ${share(overlap[10])} of the first 10 are in both, ${share(overlap.k)} of ${k}`,
    `  users           another list: ${share(changed)} of them, another first entry: ${share(firstChanged)}`,
    ...(drift
      ? [`  entry vectors   ${driftText(drift.entries)}`, `  user vectors    ${driftText(drift.users)}`]
      : [`  vectors         not of one space: ${runs[0]}, ${runs[1]}`]),
  ]
}

const driftText = ({ vectors, moved, median, least }: Drift): string =>
  moved === 0
    ? `the same, all ${count(vectors)}`
    : `${count(moved)} of ${count(vectors)} moved; cosine ${median.toFixed(4)} (median), ${least.toFixed(4)} (least)`
