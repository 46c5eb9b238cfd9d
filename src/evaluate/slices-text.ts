import { LEVEL_WORDS } from '../text/words.js'
import type { Level } from '../protocol/queries.js'
import type { Report, ReportRow } from './report.js'
import { share, count } from '../text/numbers.js'
import { columns } from '../text/table.js'

const LEVELS: Level[] = ['item', 'advertiser', 'category']
const about = {
  activity: "by events of the user's history",
  popularity:
    'by popularity of what was converted on: head = the entries that make up half of all conversions before the ' +
    'cutoff, torso = the next 40 %, tail = the rest (entries of each in brackets)',
  age: 'by age of what was converted on: since it was launched or first seen',
} as const

interface Part {
  label: string
  users?: number
  positives: number
  recall: Record<string, number>
}

/** Recall at 10 and 100 by slice, a table a level and dimension. */
export function slicesText(report: Report): string {
  return (Object.keys(about) as (keyof typeof about)[])
    .map((name) => tables(report, about[name], (row) => row.slices?.[name] ?? []))
    .join('\n')
}

/** Recall at 10 and 100 by type of conversion, a table a level. */
export function byTypeText(report: Report): string {
  return tables(report, 'by type of conversion', (row) =>
    Object.entries(row.byType).map(([label, rest]) => ({ label, ...rest })),
  )
}

function tables(report: Report, what: string, partsOf: (row: ReportRow) => Part[]): string {
  return LEVELS.flatMap((level) => {
    const rows = report.rows.filter((row) => row.level === level && partsOf(row).length > 0)
    if (rows.length === 0) return []
    const first = partsOf(rows[0])
    const head = ['', ...first.flatMap(({ label }) => [label, ''])]
    const counts = [
      first[0].users === undefined ? 'conversions' : 'conversions (users)',
      ...first.flatMap(({ positives, users }) => [count(positives), users === undefined ? '' : `(${count(users)})`]),
    ]
    const cells = rows.map((row) => [
      row.name,
      ...partsOf(row).flatMap(({ recall }) => [share(recall['10']), share(recall['100'])]),
    ])
    const ks = ['', ...first.flatMap(() => ['R@10', 'R@100'])]
    return ['', `${LEVEL_WORDS[level].title}, ${what}`, '', ...columns([head, counts, ks, ...cells])]
  }).join('\n')
}
