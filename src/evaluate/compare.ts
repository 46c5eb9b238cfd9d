import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { runFolder } from '../store/paths.js'
import type { Level } from '../protocol/queries.js'
import { findRun, listRuns, readManifest, type Manifest } from '../runs/manifest.js'
import { readHits, type UserHits } from './hits-file.js'
import { BASELINES, baselineNamed } from '../retrieve/baselines.js'
import { difference, type ByK, type Difference } from './metrics.js'
import { protocolOfRun, type Protocol } from '../protocol/evaluation-set.js'
import { assertComparable, readReport, type Report } from './report.js'
import { day } from '../text/moments.js'

/** One row of an evaluation minus one of another (or of the same), over the same users. */
export interface ComparedRow extends Difference {
  level: Level
  /** kind of the first */
  kind: 'model' | 'hybrid' | 'funnel'
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

/** One side of a comparison: a run, or a baseline, of an evaluation that is kept. */
export interface Side extends Kept {
  /** id of the run, or name of the baseline */
  name: string
  rows: UserHits[]
}

/** A run in an evaluation: the one that it judges, or one beside it. @throws UserError when its hits are not there */
export function sideOfRun(kept: Kept, run = kept.report.runs[0]): Side {
  const own = (row: UserHits): boolean =>
    // reports of an earlier version keep hits of the judged run and name none
    row.kind !== 'baseline' && row.kind !== 'ceiling' && (row.run ?? kept.report.runs[0]) === run
  return { ...kept, name: run, rows: hitsOf(kept).filter(own) }
}

/** A baseline in an evaluation, as flags name it. @throws UserError when it has no such row */
export function sideOfBaseline(kept: Kept, name: string): Side {
  const rows = hitsOf(kept).filter(({ baseline }) => baseline === name)
  if (rows.length === 0) {
    const { slow } = baselineNamed(name)
    const { kind, runs } = kept.report
    throw new UserError(
      `The evaluation of ${runs[0]} has no row of ${name}.`,
      `Make it again with one: adseq eval ${kind} --run ${runs[0]}${slow ? ` --baselines ${name}` : ''}.`,
    )
  }
  return { ...kept, name, rows }
}

/**
 * The paired difference of two sides: model with model, hybrid with hybrid and funnel with funnel at every level that
 * both have; against a baseline, each of them with it. Reads the hits that are kept; nothing is scored.
 * @throws UserError when protocols or data differ (it says in what), or when they have no level in common
 */
export function compareSides(a: Side, b: Side, { bootstrap }: CompareOptions): Comparison {
  assertComparable([a.report, b.report])
  const { protocol, data } = a.report
  const rows = a.rows.flatMap((first) => {
    const second = b.rows.find(
      ({ level, kind }) => level === first.level && (kind === 'baseline' || kind === first.kind),
    )
    return second ? [compared(first, second, a, b, { samples: bootstrap, seed: protocol.seed })] : []
  })
  if (rows.length === 0)
    throw new UserError(
      'The two evaluations have no level in common.',
      'Compare two item runs, or two advertiser runs; an item run whose whole catalog was ranked also has advertisers.',
    )
  return { protocol, data, runs: [a.name, b.name], bootstrap, rows }
}

/**
 * compareSides for a workspace: each side a run's id or the path of a report; the second also the name of a baseline in
 * the evaluation of the first.
 * @param config whose eval section names the protocol that is wanted of runs named by id
 * @throws UserError when a run has not been evaluated under that protocol: it says which command does that
 */
export function compareRuns(folder: string, a: string, b: string, config: Config, options: CompareOptions): Comparison {
  if (a === b)
    throw new UserError(`Both sides are ${a}.`, 'Name another run, the path of another report, or a baseline.')
  const first = keptSide(folder, a, config)
  const isBaseline = BASELINES.some(({ name }) => name === b)
  return compareSides(first, isBaseline ? sideOfBaseline(first, b) : keptSide(folder, b, config), options)
}

/**
 * A run in an evaluation under the protocol of `config`: its own, or one that it stood beside; or the run that the
 * report at a path judges. @throws UserError when there is none
 */
export function keptSide(folder: string, reference: string, config: Config): Side {
  if (reference.endsWith('.json')) return sideOfRun({ report: readReport(reference), path: reference })
  const manifest = manifestOf(folder, reference)
  const { id, kind } = manifest
  const { hash, cutoff } = protocolOfRun(config.eval, manifest.cutoff)
  const command = `adseq eval ${kind} --run ${id}`
  const own = join(runFolder(folder, id), `eval-${hash}.json`)
  // its own evaluation, else the latest one that it stands in beside another run
  const others = listRuns(folder).map((run) => join(runFolder(folder, run.id), `eval-${hash}.json`))
  const path = [own, ...others.toReversed()].find((one) => existsSync(one) && readReport(one).runs.includes(id))
  if (path === undefined) throw notEvaluated(folder, manifest, hash, cutoff, config)
  const kept = { report: readReport(path), path }
  const weights = kept.report.weights?.[id]
  if (weights !== undefined && manifest.weightsHash !== undefined && weights !== manifest.weightsHash)
    throw new UserError(`${path} is of other weights than run ${id} has.`, `Evaluate the run again: ${command}.`)
  return sideOfRun(kept, id)
}

function notEvaluated(folder: string, { id, kind }: Manifest, hash: string, cutoff: number, config: Config): UserError {
  const others = readdirSync(runFolder(folder, id)).filter((name) => /^eval-[0-9a-f]{16}\.json$/.test(name))
  const beside = others.length > 0 ? `, only under ${others.map((name) => name.slice(5, -5)).join(', ')}` : ''
  return new UserError(
    `Run ${id} has not been evaluated under protocol ${hash} (cutoff ${day(cutoff)}, ${config.eval.windowDays} days)` +
      `${beside}.`,
    `Evaluate it first: adseq eval ${kind} --run ${id}; or name a report itself: adseq compare ` +
      'runs/ID/eval-PROTOCOL.json ...',
  )
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
  ofA: Side,
  ofB: Side,
  bootstrap: { samples: number; seed: number },
): ComparedRow {
  const { at, totals, totalsNew } = a.perUser
  const same = (x: ArrayLike<number>, y: ArrayLike<number>): boolean =>
    x.length === y.length && Array.from(x).every((value, i) => value === y[i])
  if (!same(at, b.perUser.at))
    throw new UserError('The two evaluations count recall at other K.', 'Evaluate both again with the same eval.at.')
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
    ...difference(a.perUser, b.perUser, ofB.name, bootstrap),
  }
}

function rowOf({ report }: Side, { level, kind, name, run }: UserHits): Report['rows'][number] {
  const row = report.rows.find(
    (one) =>
      one.level === level &&
      one.kind === kind &&
      one.name === name &&
      (one.run === undefined || one.run === (run ?? report.runs[0])),
  )
  if (!row)
    throw new UserError(
      `A report has no row ${name} at the ${level} level, though its hits are kept.`,
      'Evaluate the run again: adseq eval.',
    )
  return row
}
