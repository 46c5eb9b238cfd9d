import type { ByK } from '../evaluate/metrics.js'
import type { Report, ReportRow } from '../evaluate/report.js'
import type { Level } from '../protocol/queries.js'

/** What a study keeps of an evaluated run at one level. */
export interface LevelResult {
  entries: number
  users: number
  positives: number
  recall: ByK
  interval: ByK<[number, number]>
  coverage: ByK
  /** recall of each conversion type */
  byType: Record<string, ByK>
}

export type Levels = Partial<Record<Level, LevelResult>>

/** The rows of one run itself (not its hybrid), by level. */
export function levelsOf(report: Report, run: string): Levels {
  return Object.fromEntries(modelRows(report, run).map((row) => [row.level, levelResult(report, row)]))
}

export function modelRows(report: Report, run: string): ReportRow[] {
  return report.rows.filter((row) => row.kind === 'model' && row.run === run)
}

function levelResult(
  report: Report,
  { level, users, positives, recall, interval, coverage, byType }: ReportRow,
): LevelResult {
  const types = Object.entries(byType).map(([type, of]) => [type, of.recall])
  return {
    entries: report.levels[level]!.entries,
    users,
    positives,
    recall,
    interval,
    coverage,
    byType: Object.fromEntries(types),
  }
}

/**
 * The K that says most: 100, or 10 where 100 results would be more than half of the entries.
 */
export const telling = (entries: number): 10 | 100 => (entries >= 200 ? 100 : 10)
