import { LEVEL_WORDS } from '../text/words.js'
import type { ComparedRow, Comparison } from './compare.js'
import type { ByK } from './metrics.js'
import { protocolText } from './report-text.js'
import { share, signed, count } from '../text/numbers.js'
import { columns } from '../text/table.js'

/** The comparison as plain lines: what is compared, then two tables a level and kind, of all and of new conversions. */
export function comparisonText(comparison: Comparison): string {
  const { runs, rows, bootstrap } = comparison
  return [
    `${runs[0]} minus ${runs[1]}, user by user. ${protocolText(comparison)}`,
    ...rows.flatMap((row) => ['', ...rowText(row)]),
    '',
    `* = the 95 % interval (bootstrap over users, ${count(bootstrap)} samples) excludes zero. new = conversions ` +
      'of what the user had never dealt with, ranked among entries new to them.',
  ].join('\n')
}

function rowText(row: ComparedRow): string[] {
  const { level, kind, users, positives, positivesNew, names } = row
  const title =
    `${LEVEL_WORDS[level].title}, ${kind}: ${names[0] === names[1] ? names[0] : `${names[0]} minus ${names[1]}`}; ` +
    `${count(users)} users, ${count(positives)} conversions, ${count(positivesNew)} of them new`
  const table = (what: string, of: [ByK, ByK], difference: ByK, interval: ByK<[number, number]>): string[] => [
    '',
    ...columns([
      [what, 'first', 'second', 'difference', '95 % interval', ''],
      ...Object.keys(difference).map((k) => [`R@${k}`, ...half(of, difference, interval, k)]),
    ]),
  ]
  return [
    title,
    ...table('all', row.recallOf, row.recall, row.interval),
    ...(positivesNew > 0 ? table('new', row.recallNewOf, row.recallNew, row.intervalNew) : []),
  ]
}

function half([a, b]: [ByK, ByK], difference: ByK, interval: ByK<[number, number]>, k: string): string[] {
  const [low, high] = interval[k] ?? []
  const clear = low !== undefined && (low > 0 || high < 0)
  return [
    share(a[k]),
    share(b[k]),
    signed(difference[k]),
    low === undefined ? '-' : `${signed(low)} to ${signed(high)}`,
    clear ? '*' : '',
  ]
}
