import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError, hasCode } from '../core/errors.js'
import type { Fitted } from '../retrieve/fit.js'
import type { Level } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import type { AdKind } from '../ads/inventory.js'
import type { Reliability } from '../funnel/l1/reliability.js'
import type { Stage } from './funnel-stages.js'
import { hitsName, writeHits, type UserHits } from './hits-file.js'
import type { ListsReport } from './lists.js'
import type { Difference, Metrics } from './metrics.js'
import type { Protocol } from '../protocol/evaluation-set.js'

export interface ReportRow extends Metrics {
  name: string
  kind: Recommender['kind']
  level: Level
  /** of a model, a hybrid or a funnel */
  run?: string
  /** of a baseline: as flags name it */
  baseline?: string
  fitted?: Fitted
  /** against the model that is judged, on the same users */
  difference?: Difference
  /** of the judged hybrid: against each control, on the same users */
  overControls?: Difference[]
  /** time to score, rank and list, all levels of the retriever together */
  seconds: number
}

/** Rows that say what could be found, by what nobody knows of real users: no retriever has to beat them. */
export const isBound = ({ name, kind }: Pick<ReportRow, 'name' | 'kind'>): boolean =>
  kind === 'ceiling' || name === 'oracle'

/** What `adseq eval --json` prints and runs/<id>/eval-<protocol hash>.json holds. */
export interface Report {
  version: 1
  kind: 'item' | 'advertiser'
  protocol: Protocol
  data: { hash: string }
  /** runs that are judged; the first one's folder keeps the report */
  runs: string[]
  /** SHA-256 of the weights of each of them */
  weights?: Record<string, string>
  /** the hits of every user, kept beside the report: what `adseq compare` reads */
  hits?: { file: string; checksum: string }
  levels: Partial<
    Record<
      Level,
      { entries: number; positivesOutside: number; usersWithoutHistory: number; positivesWithoutHistory: number }
    >
  >
  rows: ReportRow[]
  /** what the lists look like at the level that is judged; absent in reports of older versions */
  lists?: ListsReport
  /** where the funnel loses what users convert on, where it was judged */
  stages?: Stage[]
  /** how the light ranker's probabilities fit days that it has not seen */
  reliability?: Record<AdKind, Reliability>
  /** what a reader must know beside the numbers */
  notes: string[]
  seconds: number
}

export function reportPath(runFolder: string, report: Report): string {
  return join(runFolder, `eval-${report.protocol.hash}.json`)
}

/**
 * Writes a report and the hits it stands on where it was made for, atomically; a second one of the same protocol
 * replaces the first. The report names the checksum of the hits, which are written first.
 */
export function saveReport(runFolder: string, report: Report, hits: readonly UserHits[] = []): string {
  const path = reportPath(runFolder, report)
  mkdirSync(dirname(path), { recursive: true })
  if (hits.length > 0) {
    const file = hitsName(report.protocol.hash)
    report.hits = { file, checksum: writeHits(join(runFolder, file), hits) }
  }
  writeFileAtomic(path, `${JSON.stringify(report, undefined, 2)}\n`)
  return path
}

/** @throws UserError when there is none or it is damaged */
export function readReport(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw new UserError(`There is no report ${path}.`, 'Make one: adseq eval.')
    throw new UserError(`The report ${path} is damaged.`, 'Delete it and run adseq eval again.')
  }
}

/** @throws UserError unless all reports were made by one protocol on one data set */
export function assertComparable(reports: readonly Report[]): void {
  const [first, ...others] = reports
  for (const other of others) {
    const unlike = differences(first, other)
    if (unlike.length > 0)
      throw new UserError(
        `These reports cannot be compared: they differ in ${unlike.join(', ')}.`,
        'Evaluate both runs with the same eval settings on the same data.',
      )
  }
}

function differences(a: Report, b: Report): string[] {
  const keys = ['cutoff', 'windowDays', 'indexSize', 'history', 'seed'] as const
  const unlike = keys
    .filter((key) => a.protocol[key] !== b.protocol[key])
    .map((key) => `${key} (${a.protocol[key]} and ${b.protocol[key]})`)
  if (unlike.length === 0 && a.protocol.hash !== b.protocol.hash)
    unlike.push(`protocol (${a.protocol.hash} and ${b.protocol.hash})`)
  if (a.data.hash !== b.data.hash) unlike.push(`data (${a.data.hash} and ${b.data.hash})`)
  return unlike
}
