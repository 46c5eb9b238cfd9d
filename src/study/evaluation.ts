import { loadConfig } from '../config/load.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { compareRuns, keptSide } from '../evaluate/compare.js'
import type { Difference } from '../evaluate/metrics.js'
import type { Report } from '../evaluate/report.js'
import type { Level } from '../protocol/queries.js'
import { commandLine, runAdseq, workspaceFlag, type Adseq } from './child.js'
import type { Basis } from './settings.js'
import { isoTime } from '../text/moments.js'

/** Under which protocol the runs of a study are judged. */
export interface Judging {
  adseq: Adseq
  basis: Basis
  /** unix seconds; undefined = the cutoff that the runs were trained up to */
  cutoff?: number
  /** hash of the data */
  data: string
}

/** Recall of one run minus that of another, user by user, by level. */
export type Against = Partial<Record<Level, Difference>>

/** samples of the bootstrap of a paired difference */
const BOOTSTRAP = 1000

/** The evaluation of a run: the one it has under this protocol, or a new one by `adseq eval`. */
export async function evaluateOnce(judging: Judging, run: string, threads?: number): Promise<Report> {
  const { adseq, basis, data } = judging
  const kept = keptReport(judging, run)
  if (kept?.data.hash === data && kept.hits) return kept
  const more = threads === undefined ? [] : ['--threads', String(threads)]
  return runAdseq<Report>(adseq, ['eval', basis.kind, '--run', run, '--models-only', ...settings(judging), ...more])
}

/** The paired difference of two evaluated runs, what `adseq compare` prints; its line is printed. */
export function compareOnce(judging: Judging, run: string, other: string): Against {
  const { adseq, basis } = judging
  adseq.print(`$ ${commandLine(['compare', run, other, ...settings(judging), ...workspaceFlag(basis.folder)])}`)
  const { rows } = compareRuns(basis.folder, run, other, protocolConfig(judging), { bootstrap: BOOTSTRAP })
  return Object.fromEntries(
    rows
      .filter(({ kind }) => kind === 'model')
      .map(({ level, from, recall, interval, recallNew, intervalNew }) => [
        level,
        { from, recall, interval, recallNew, intervalNew },
      ]),
  )
}

function keptReport(judging: Judging, run: string): Report | undefined {
  try {
    const { report } = keptSide(judging.basis.folder, run, protocolConfig(judging))
    return report.runs[0] === run ? report : undefined
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** Settings of the study that are about evaluation and engine, as flags. */
function settings({ basis, cutoff }: Judging): string[] {
  const own = basis.set.filter((one) => /^(eval|engine)\./.test(one))
  return [...own, ...(cutoff === undefined ? [] : [`eval.cutoff=${isoTime(cutoff)}`])].flatMap((one) => ['--set', one])
}

function protocolConfig({ basis, cutoff }: Judging): Config {
  return loadConfig(basis.folder, {
    set: [...basis.set, ...(cutoff === undefined ? [] : [`eval.cutoff=${isoTime(cutoff)}`])],
  })
}
