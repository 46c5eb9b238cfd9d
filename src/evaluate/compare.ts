import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { runFolder } from '../store/paths.js'
import type { Level } from '../protocol/queries.js'
import { findRun, listRuns, readManifest, type Manifest } from '../runs/manifest.js'
import { readHits, type UserHits } from './hits-file.js'
import { difference, type ByK, type Difference } from './metrics.js'
import { protocolOfRun, type Protocol } from '../protocol/evaluation-set.js'
import { assertComparable, readReport, type Report } from './report.js'
import { day } from '../text/moments.js'

/** One row of two reports, the first minus the second, over the same users. */
export interface ComparedRow extends Difference {
  level: Level
  kind: 'model' | 'hybrid'
  /** names of the rows in their reports */
  names: [string, string]
  users: number
  positives: number
  positivesNew: number
  /** recall of each */
  recallOf: [ByK, ByK]
  recallNewOf: [ByK, ByK]
}

/** What `adseq compare --json` prints. */
export interface Comparison {
  protocol: Protocol
  data: { hash: string }
  /** the two runs: the difference is the first minus the second */
  runs: [string, string]
  /** samples of the bootstrap over users */
  bootstrap: number
  rows: ComparedRow[]
}

export interface CompareOptions {
  /** samples of the bootstrap */
  bootstrap: number
}

/** An evaluation that is kept: its report and the path it was read from. */
export interface Kept {
  report: Report
  path: string
}

/**
 * The paired difference of two evaluated runs, model with model and hybrid with hybrid at every level that both have.
 * Reads the reports and the hits beside them; nothing is scored.
 * @throws UserError when protocols or data differ (it says in what), when they have no level in common, or when the
 *   hits of one are missing or are not those of its report
 */
export function compareKept(a: Kept, b: Kept, { bootstrap }: CompareOptions): Comparison {
  assertComparable([a.report, b.report])
  const [ofA, ofB] = [hitsOf(a), hitsOf(b)]
  const { protocol, data } = a.report
  const rows: ComparedRow[] = []
  for (const first of ofA) {
    if (first.kind === 'baseline') continue
    const second = ofB.find(({ level, kind }) => level === first.level && kind === first.kind)
    if (second) rows.push(compared(first, second, a.report, b.report, { samples: bootstrap, seed: protocol.seed }))
  }
  if (rows.length === 0)
    throw new UserError(
      'The two evaluations have no level in common.',
      'Compare two item runs, or two advertiser runs; an item run whose whole catalog was ranked also has advertisers.',
    )
  return { protocol, data, runs: [a.report.runs[0], b.report.runs[0]], bootstrap, rows }
}

/**
 * compareKept for two runs of a workspace: each a run's id, or the path of a report.
 * @param config whose eval section names the protocol that is wanted of runs named by id
 * @throws UserError when a run has not been evaluated under that protocol: it says which command does that
 */
export function compareRuns(folder: string, a: string, b: string, config: Config, options: CompareOptions): Comparison {
  return compareKept(keptEvaluation(folder, a, config), keptEvaluation(folder, b, config), options)
}

/**
 * The evaluation of a run under the protocol of `config`, or the report at a path. @throws UserError when there is none
 */
export function keptEvaluation(folder: string, reference: string, config: Config): Kept {
  if (reference.endsWith('.json')) return { report: readReport(reference), path: reference }
  const manifest = manifestOf(folder, reference)
  const home = runFolder(folder, manifest.id)
  const { hash } = protocolOfRun(config.eval, manifest.cutoff)
  const path = join(home, `eval-${hash}.json`)
  const command = `adseq eval ${manifest.kind} --run ${manifest.id}`
  if (!existsSync(path)) {
    const others = readdirSync(home).filter((name) => /^eval-[0-9a-f]{16}\.json$/.test(name))
    const beside = others.length > 0 ? `, only under ${others.map((name) => name.slice(5, -5)).join(', ')}` : ''
    throw new UserError(
      `Run ${manifest.id} has not been evaluated under protocol ${hash} (cutoff ` +
        `${day(protocolOfRun(config.eval, manifest.cutoff).cutoff)}, ${config.eval.windowDays} days)${beside}.`,
      `Evaluate it first: ${command}; or name a report itself: adseq compare runs/ID/eval-PROTOCOL.json ...`,
    )
  }
  const report = readReport(path)
  const weights = report.weights?.[manifest.id]
  if (weights !== undefined && manifest.weightsHash !== undefined && weights !== manifest.weightsHash)
    throw new UserError(
      `${path} is of other weights than run ${manifest.id} has.`,
      `Evaluate the run again: ${command}.`,
    )
  return { report, path }
}

function manifestOf(folder: string, reference: string): Manifest {
  if (!existsSync(join(folder, 'runs', basename(reference)))) {
    const known = listRuns(folder)
      .filter(({ status }) => status === 'done')
      .map(({ id }) => id)
    throw new UserError(
      `There is no run ${reference}.`,
      known.length > 0 ? `Finished runs: ${known.slice(-4).join(', ')}.` : 'Train one: adseq train item.',
    )
  }
  return findRun(folder, reference, readManifest(runFolder(folder, basename(reference))).kind)
}

function hitsOf({ report, path }: Kept): UserHits[] {
  const again = `Make it again: adseq eval ${report.kind}${report.runs[0] ? ` --run ${report.runs[0]}` : ''}.`
  if (report.runs.length === 0)
    throw new UserError(`${path} judges no run, only baselines.`, 'Train a model, evaluate it, and compare that.')
  if (!report.hits)
    throw new UserError(`${path} was made without the hits of every user, which a comparison needs.`, again)
  return readHits(join(dirname(path), basename(report.hits.file)), report.hits.checksum)
}

function compared(
  a: UserHits,
  b: UserHits,
  ofA: Report,
  ofB: Report,
  bootstrap: { samples: number; seed: number },
): ComparedRow {
  const { totals, totalsNew } = a.perUser
  const same = (x: Float64Array, y: Float64Array): boolean =>
    x.length === y.length && x.every((value, i) => value === y[i])
  if (!same(totals, b.perUser.totals) || !same(totalsNew, b.perUser.totalsNew)) {
    throw new UserError(
      `The two evaluations have other conversions to find at the ${a.level} level, though protocol and data are ` +
        'the same.',
      'One of the reports was made by another adseq: evaluate both again.',
    )
  }
  const [rowA, rowB] = [rowOf(ofA, a), rowOf(ofB, b)]
  return {
    level: a.level,
    kind: a.kind as ComparedRow['kind'],
    names: [a.name, b.name],
    users: rowA.users,
    positives: rowA.positives,
    positivesNew: rowA.positivesNew,
    recallOf: [rowA.recall, rowB.recall],
    recallNewOf: [rowA.recallNew, rowB.recallNew],
    ...difference(a.perUser, b.perUser, ofB.runs[0], bootstrap),
  }
}

function rowOf(report: Report, { level, kind, name }: UserHits): Report['rows'][number] {
  const row = report.rows.find(
    (one) =>
      one.level === level &&
      one.kind === kind &&
      one.name === name &&
      (one.run === undefined || one.run === report.runs[0]),
  )
  if (!row)
    throw new UserError(
      `A report has no row ${name} at the ${level} level, though its hits are kept.`,
      'Evaluate the run again: adseq eval.',
    )
  return row
}
