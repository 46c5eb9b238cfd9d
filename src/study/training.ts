import { setTimeout as sleep } from 'node:timers/promises'
import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { lockHolder } from '../core/lock.js'
import { runFolder } from '../store/paths.js'
import { listRuns, type Manifest } from '../runs/manifest.js'
import { MetricsLog } from '../runs/metrics-log.js'
import type { DoneRecord } from '../runs/records.js'
import { readRunConfig } from '../runs/load.js'
import { trainingLock } from '../runs/start.js'
import { runAdseq, type Adseq } from './child.js'
import { assignments, trainingKey, type Basis, type Settings } from './settings.js'

/** A finished training of a study. */
export interface Training {
  run: string
  steps: number
  /** validation was best at the very last step allowed: more steps might have helped */
  rising: boolean
  /** of training itself, resumed parts included */
  seconds: number
  /** recall on the window before the cutoff, that the number of steps was chosen by */
  validation: Record<string, number>
  /** it was there before this study asked for it */
  reused: boolean
}

export interface TrainingOptions {
  adseq: Adseq
  basis: Basis
  settings: Settings
  /** trainingKey of the settings */
  key: string
  data: string
  /** id of the study */
  study: string
  /** threads of one operator; undefined = as the workspace says */
  threads?: number
  /** steps done so far, of at most */
  onStep?: (step: number, of: number) => void
}

/**
 * A training with these settings: a finished one of the workspace where there is one, however it was made; else one
 * that another process is at, waited for; else a new one by `adseq train`, which itself resumes what was killed.
 * @throws UserError as `adseq train` does, and when the data changed meanwhile
 */
export async function trainOnce(options: TrainingOptions): Promise<Training> {
  const { adseq, basis, settings, key, data, study, threads, onStep } = options
  const { folder, kind } = basis
  const found = await finishedOrAwaited(options)
  if (found) return { ...found, reused: true }
  const args = [
    'train',
    kind,
    ...[...basis.set, ...assignments(kind, settings)].flatMap((one) => ['--set', one]),
    '--study',
    study,
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
  ]
  const watch = onStep && setInterval(() => reportStep(folder, kind, key, onStep), 1000)
  try {
    const { run } = await runAdseq<DoneRecord>(adseq, args)
    const manifest = listRuns(folder).find(({ id }) => id === run)
    if (manifest?.data.hash !== data)
      throw new UserError(
        'The data of the workspace changed while the study ran.',
        'Start a new study on the new data: run the same command again.',
      )
    return { ...trainingOf(folder, manifest), reused: false }
  } finally {
    clearInterval(watch)
  }
}

async function finishedOrAwaited({
  adseq,
  basis: { folder, kind },
  key,
}: TrainingOptions): Promise<Training | undefined> {
  for (let said = false; ; said = true) {
    const same = runsOf(folder, kind, key)
    const done = same.findLast(({ status }) => status === 'done')
    if (done) return trainingOf(folder, done)
    const busy = same.find(({ id }) => lockHolder(trainingLock(runFolder(folder, id))))
    if (!busy) return undefined
    if (!said) adseq.print(`  ${busy.id} is being trained by another process: waiting for it`)
    await sleep(1000, undefined, { signal: adseq.signal }).catch(() => adseq.signal.throwIfAborted())
  }
}

/** Runs of the workspace with these settings on this data, oldest first. */
function runsOf(folder: string, kind: Kind, key: string): Manifest[] {
  return listRuns(folder).filter((manifest) => {
    if (manifest.kind !== kind) return false
    try {
      return trainingKey(kind, readRunConfig(folder, manifest.id), manifest.cutoff, manifest.data.hash) === key
    } catch {
      // a run of another adseq is none of ours
      return false
    }
  })
}

function trainingOf(folder: string, { id, steps, seconds, recall }: Manifest): Training {
  if (steps === undefined || seconds === undefined || recall === undefined)
    throw new Error(`the finished run ${id} does not say how it ended`)
  return {
    run: id,
    steps,
    seconds,
    validation: recall,
    rising: steps === readRunConfig(folder, id).train.steps,
    reused: false,
  }
}

function reportStep(folder: string, kind: Kind, key: string, onStep: (step: number, of: number) => void): void {
  const running = runsOf(folder, kind, key).findLast(({ status }) => status === 'running')
  if (!running) return
  let of = 0
  let step = 0
  for (const record of new MetricsLog(runFolder(folder, running.id)).read()) {
    if (record.type === 'start') of = record.steps
    else if (record.type === 'step') step = record.step
  }
  if (of > 0) onStep(step, of)
}
