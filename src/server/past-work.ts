import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { readReport, type Report } from '../evaluate/report.js'
import { readRunConfig } from '../runs/load.js'
import { listRuns, type Manifest } from '../runs/manifest.js'
import { pathsOf, runFolder } from '../store/paths.js'
import { experiment, type experimentsAnswer, type runsAnswer } from './answers.js'

/** Runs and experiments that are told of, the newest. */
const TOLD = 50
/** Rows of a report that are told of a run: three levels of a model, its hybrid and its funnel. */
const ROWS = 20

export type PastRuns = z.output<typeof runsAnswer>
export type PastExperiments = z.output<typeof experimentsAnswer>

/** A report, and when it was written (milliseconds). */
interface Written {
  report: Report
  written: number
}

/** The finished runs of a workspace, newest first, each with what the last report that judged it says of it. */
export function pastRuns(folder: string): PastRuns {
  const done = listRuns(folder).filter(({ status }) => status === 'done')
  const told = done.slice(-TOLD).reverse()
  // a report lies with the first of the runs that it judges
  const reports = told.flatMap(({ id }) => lastReport(runFolder(folder, id)) ?? [])
  reports.sort((a, b) => b.written - a.written)
  return { total: done.length, runs: told.map((run) => aboutRun(folder, run, reports)) }
}

function aboutRun(folder: string, run: Manifest, reports: readonly Written[]): PastRuns['runs'][number] {
  const last = reports.find(({ report }) => report.rows.some((row) => row.run === run.id))
  return {
    run: run.id,
    kind: run.kind,
    tower: towerOf(folder, run.id),
    created: run.created,
    steps: run.steps ?? null,
    seconds: run.seconds ?? null,
    parameters: run.parameters,
    recall: run.recall ?? {},
    study: run.study ?? null,
    report: last
      ? {
          written: new Date(last.written).toISOString(),
          windowDays: last.report.protocol.windowDays,
          rows: last.report.rows
            .filter((row) => row.run === run.id)
            .slice(0, ROWS)
            .map(({ name, kind, level, users, recall, interval }) => ({ name, kind, level, users, recall, interval })),
        }
      : null,
  }
}

/** null: a configuration that this adseq does not read */
function towerOf(folder: string, run: string): string | null {
  try {
    return readRunConfig(folder, run).model.userTower
  } catch {
    return null
  }
}

/** One damaged report must not hide the runs: it is passed over. */
function lastReport(folder: string): Written | undefined {
  const written = readdirSync(folder)
    .filter((name) => /^eval-.*\.json$/.test(name))
    .map((name) => ({ path: join(folder, name), at: modified(join(folder, name)) }))
    .sort((a, b) => b.at - a.at)
  for (const { path, at } of written) {
    try {
      return { report: readReport(path), written: at }
    } catch {
      continue
    }
  }
  return undefined
}

/** The experiments that `adseq simulate` kept in simulations/, newest first; what is no result is passed over. */
export function pastExperiments(folder: string): PastExperiments {
  const { simulations } = pathsOf(folder)
  if (!existsSync(simulations)) return { total: 0, experiments: [] }
  const kept = readdirSync(simulations)
    .map((name) => ({ name, path: join(simulations, name, 'result.json') }))
    .filter(({ path }) => existsSync(path))
    .map((one) => ({ ...one, at: modified(one.path) }))
    .sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1))
  const experiments = kept.slice(0, TOLD).flatMap(({ name, path, at }) => {
    const read = experiment.safeParse(parsed(path))
    return read.success ? [{ name, written: new Date(at).toISOString(), ...read.data }] : []
  })
  return { total: kept.length, experiments }
}

const modified = (path: string): number => statSync(path).mtimeMs

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
