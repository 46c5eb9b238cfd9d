import { median } from '../core/median.js'
import { physicalCores } from '../engine/threads.js'
import { UserError } from '../core/errors.js'
import { hashJson } from '../core/hash.js'
import { type Progress } from '../core/progress.js'
import type { Axis } from './axes.js'
import type { Adseq } from './child.js'
import { evaluateOnce } from './evaluation.js'
import { runJobs } from './jobs.js'
import { planTrials, type Plan, type Trial } from './plan-trials.js'
import { levelsOf, type Levels } from './result.js'
import { resolve, type Basis, type Settings } from './settings.js'
import { openStudy, type StudyFolder, type StudyState } from './study-file.js'
import { summarize, type Sweep } from './sweep-outcome.js'
import { trainOnce, type Training } from './training.js'
import { readWorkspaceData, type WorkspaceData } from './workspace-data.js'
import { duration } from '../text/numbers.js'
import { isoTime } from '../text/moments.js'

export interface SweepOptions {
  adseq: Adseq
  basis: Basis
  axes: readonly Axis[]
  /** of the order and of sampled points */
  seed: number
  /** trials at most, that of the settings as they are included */
  trials?: number
  /** no trial is started that would not end within this many seconds at work */
  seconds?: number
  /** trainings at once */
  jobs: number
  name?: string
  progress: Progress
}

/** A trial that has been made. */
export interface TrialResult {
  settings: Settings
  training: Training
  levels: Levels
  /** wall clock, training and evaluation */
  seconds: number
}

export interface SweepState extends StudyState {
  trials: Record<string, TrialResult>
  /** threads that an unfinished training was started with: it resumes with the same */
  started: Record<string, number | undefined>
}

/**
 * Tries settings and judges them on the validation window alone: each trial is trained up to t - K (no refit) and
 * evaluated on (t - K, t]; the window (t, t + K] that is reported is looked at by nobody. Finished trials are kept in
 * studies/<id>/trials.json, so that the same command goes on after any interruption.
 * @throws UserError when the settings, as they are, cannot be trained or judged; Interrupted
 */
export async function sweep(options: SweepOptions): Promise<Sweep> {
  const { adseq, basis, axes, seed } = options
  const config = resolve(basis, {})
  const data = readWorkspaceData(basis.folder, config)
  const plan = planTrials(basis, axes, seed, options.trials ?? Infinity, data.cutoff, data.hash)
  if (plan.grid === undefined && options.trials === undefined && options.seconds === undefined) {
    throw new UserError(
      'A range has no end of values, so this sweep has no end.',
      'Say how much to try: --trials 20, or --minutes 30.',
    )
  }
  const identity = hashJson({ kind: basis.kind, base: plan.trials[0].key, axes, seed })
  const id = options.name ?? `sweep-${basis.kind}-${identity.slice(0, 8)}`
  const study = openStudy<SweepState>(basis.folder, id, 'trials.json', {
    version: 1,
    identity,
    spentSeconds: 0,
    trials: {},
    started: {},
  })
  try {
    announce(options, plan, data, study)
    const failures = await tryAll(options, plan, data, study)
    const done = plan.trials.filter(({ key }) => study.state.trials[key])
    adseq.print('')
    return summarize({ ...options, data, plan, study, failures, done })
  } finally {
    study.save()
    study.release()
  }
}

/** Threads of each of several trainings at once: the cores are shared out. */
const threadsOf = (jobs: number): number => Math.max(1, Math.floor(physicalCores() / jobs))

function announce(
  { adseq, basis, trials, seconds, jobs }: SweepOptions,
  plan: Plan,
  data: WorkspaceData,
  { path, state }: StudyFolder<SweepState>,
): void {
  const finished = plan.trials.filter(({ key }) => state.trials[key]).length
  const limit = [trials !== undefined && `at most ${trials} trials`, seconds !== undefined && `${duration(seconds)}`]
    .filter(Boolean)
    .join(', ')
  const size = plan.grid === undefined ? 'sampled settings' : `${plan.trials.length} settings`
  adseq.print(
    `Sweep of the ${basis.kind} model: ` +
      `${size}${limit ? ` (${limit})` : ''}${jobs > 1 ? `, ${jobs} at once` : ''}; in ${path}`,
  )
  adseq.print(
    `Trained up to ${isoTime(data.selectionCutoff)}, judged on the ${data.windowDays} days after it: the window ` +
      `after ${isoTime(data.cutoff)} stays unseen.`,
  )
  if (plan.refused > 0) adseq.print(`${plan.refused} combinations are left out, which adseq refuses: ${plan.reason}`)
  if (finished > 0) adseq.print(`${finished} trials are there already.`)
}

/** Makes the trials that are not there yet; gives why some could not be made. */
async function tryAll(
  options: SweepOptions,
  plan: Plan,
  data: WorkspaceData,
  study: StudyFolder<SweepState>,
): Promise<Sweep['failed']> {
  const { jobs, seconds = Infinity, progress } = options
  const { state } = study
  const failed: Sweep['failed'] = []
  const left = plan.trials.filter(({ key }) => !state.trials[key])
  let number = plan.trials.length - left.length
  const fits = (): boolean => {
    const each =
      median(
        Object.values(state.trials)
          .filter(({ training }) => !training.reused)
          .map((trial) => trial.seconds),
      ) ?? 0
    return study.spent() + each <= seconds
  }
  const next = (): { trial: Trial; number: number } | undefined => {
    const trial = left.length > 0 && fits() ? left.shift() : undefined
    return trial && { trial, number: ++number }
  }
  await runJobs(jobs, next, async ({ trial, number }) => {
    try {
      const result = await makeTrial(
        options,
        trial,
        data,
        study,
        `trial ${number} of ${plan.grid === undefined && seconds < Infinity ? 'as many as fit' : plan.trials.length}`,
      )
      state.trials[trial.key] = result
      delete state.started[trial.key]
      study.save()
    } catch (error) {
      // settings that cannot be trained are no reason to give up the others; the first stands for the workspace itself
      if (!(error instanceof UserError) || options.adseq.signal.aborted || trial === plan.trials[0]) throw error
      failed.push({ settings: trial.settings, message: error.message })
      progress.line(`  left out: ${error.message}`)
    }
  })
  return failed
}

async function makeTrial(
  { adseq, basis, jobs, progress }: SweepOptions,
  { key, settings }: Trial,
  data: WorkspaceData,
  study: StudyFolder<SweepState>,
  label: string,
): Promise<TrialResult> {
  const began = performance.now()
  const threads = key in study.state.started ? study.state.started[key] : jobs > 1 ? threadsOf(jobs) : undefined
  study.state.started[key] = threads
  study.save()
  // one line is rewritten by one training only
  const screen = jobs === 1
  if (screen) progress.start(label)
  let total = 0
  const training = await trainOnce({
    adseq,
    basis,
    settings,
    key,
    threads,
    data: data.hash,
    study: study.id,
    onStep: screen
      ? (step, of) => (total !== of && progress.start(label, (total = of), 'steps'), progress.update(step))
      : undefined,
  })
  const report = await evaluateOnce(
    { adseq, basis, cutoff: data.selectionCutoff, data: data.hash },
    training.run,
    threads,
  )
  const levels = levelsOf(report, training.run)
  const seconds = (performance.now() - began) / 1000
  const { recall } = levels[basis.kind]!
  const text =
    `recall@10 ${recall['10'].toFixed(4)}, recall@100 ` +
    `${recall['100'].toFixed(4)}${training.reused ? ', of a run that was there' : ''}`
  if (screen) progress.finish(text)
  else progress.line(`${label}: ${text}, ${duration(seconds)}`)
  return { settings, training, levels, seconds }
}
