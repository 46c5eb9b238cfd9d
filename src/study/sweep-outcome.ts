import type { Kind } from '../config/schema.js'
import type { Level } from '../protocol/queries.js'
import { commandLine, workspaceFlag } from './child.js'
import { compareOnce, type Against } from './evaluation.js'
import { paretoFront } from './pareto.js'
import type { Plan, Trial } from './plan-trials.js'
import { RULE, recommend, type Candidate, type Judged } from './recommend.js'
import { telling, type Levels } from './result.js'
import { assignments, type Settings } from './settings.js'
import type { StudyFolder } from './study-file.js'
import type { SweepOptions, SweepState } from './sweep.js'
import { sweepPage } from './sweep-page.js'
import type { WorkspaceData } from './workspace-data.js'

/** What `adseq sweep --json` prints and studies/<id>/sweep.json holds. */
export interface Sweep {
  version: 1
  id: string
  kind: Kind
  data: { hash: string }
  /** unix seconds: trials were trained up to it and judged on the windowDays after it */
  selectionCutoff: number
  windowDays: number
  /** the reported window begins here; no trial has seen it */
  cutoff: number
  /** keys that were varied */
  over: string[]
  /** in the order in which they were planned */
  trials: {
    mark: string
    key: string
    settings: Settings
    run: string
    steps: number
    rising: boolean
    seconds: number
    levels: Levels
  }[]
  /** keys of trials that none beats in recall@K and P90 coverage@K, by falling recall: fronts.item["100"] */
  fronts: Partial<Record<Level, Record<string, string[]>>>
  recommended: { key: string; best: string; judged: Judged[]; rule: string; against: Against; commands: string[] }
  failed: { settings: Settings; message: string }[]
  /** planned but not tried */
  left: number
  spentSeconds: number
}

export interface SweepOutcome extends SweepOptions {
  data: WorkspaceData
  plan: Plan
  study: StudyFolder<SweepState>
  failures: Sweep['failed']
  done: readonly Trial[]
}

const LEVELS = ['item', 'advertiser'] as const
const MARKS = '123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Fronts, and the point to take, from the trials that are done; writes sweep.json and sweep.html. */
export function summarize(outcome: SweepOutcome): Sweep {
  const { basis, axes, data, plan, study, failures, done } = outcome
  const trials = done.map(({ key, settings }, i): Sweep['trials'][number] => {
    const {
      training: { run, steps, rising },
      levels,
      seconds,
    } = study.state.trials[key]
    const { 'train.refit': _, ...changed } = settings
    return { mark: MARKS[i] ?? '+', key, settings: changed, run, steps, rising, seconds, levels }
  })
  const levels = LEVELS.filter((level) => trials.every((trial) => trial.levels[level]))
  const fronts = Object.fromEntries(
    levels.map((level) => [level, Object.fromEntries(['10', '100'].map((at) => [at, frontOf(trials, level, at)]))]),
  ) as Sweep['fronts']
  const result: Sweep = {
    version: 1,
    id: study.id,
    kind: basis.kind,
    data: { hash: data.hash },
    selectionCutoff: data.selectionCutoff,
    windowDays: data.windowDays,
    cutoff: data.cutoff,
    over: axes.map(({ key }) => key),
    trials,
    fronts,
    recommended: choose(outcome, trials, fronts),
    failed: failures,
    left: plan.trials.length - done.length - failures.length,
    spentSeconds: study.spent(),
  }
  study.write('sweep.json', `${JSON.stringify(result, undefined, 2)}\n`)
  study.write('sweep.html', sweepPage(result))
  return result
}

function frontOf(trials: Sweep['trials'], level: Level, at: string): string[] {
  const points = trials.map(({ levels }) => ({
    recall: levels[level]!.recall[at],
    coverage: levels[level]!.coverage[at],
  }))
  return paretoFront(points).map((i) => trials[i].key)
}

function choose(
  { adseq, basis, data }: SweepOutcome,
  trials: Sweep['trials'],
  fronts: Sweep['fronts'],
): Sweep['recommended'] {
  const { kind, set } = basis
  // "both item and advertiser level Recall@K": an item sweep must not lose advertisers either
  const judged = LEVELS.filter((level) => fronts[level] && (kind === 'item' || level === 'advertiser')).map(
    (level): Judged => ({ level, at: String(telling(trials[0].levels[level]!.entries)) }),
  )
  const at = judged.find(({ level }) => level === kind)!.at
  const front = fronts[kind]![at].map((key): Candidate => {
    const { run, levels } = trials.find((trial) => trial.key === key)!
    return { key, run, coverage: levels[kind]!.coverage[at] }
  })
  const [best, ...others] = front
  const judging = { adseq, basis, cutoff: data.selectionCutoff, data: data.hash }
  const against: Record<string, Against> = Object.fromEntries(
    others.map(({ key, run }) => [key, compareOnce(judging, run, best.run)]),
  )
  const chosen = recommend(front, against, judged)
  const { settings } = trials.find(({ key }) => key === chosen.key)!
  const flags = [...set, ...assignments(kind, settings)].flatMap((one) => ['--set', one])
  const commands = [
    ['train', kind, ...flags],
    ['eval', kind, ...set.filter((one) => one.startsWith('eval.')).flatMap((one) => ['--set', one])],
  ].map((args) => commandLine([...args, ...workspaceFlag(basis.folder)]))
  return { key: chosen.key, best: best.key, judged, rule: RULE, against: against[chosen.key] ?? {}, commands }
}
