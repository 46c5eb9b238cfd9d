import { Interrupted } from '../core/errors.js'
import { DAY } from '../core/time.js'
import { usersInGraph } from '../features/graph.js'
import { firstSeen } from '../features/snapshot.js'
import { parameterCount, parameterSpecs } from '../model/parameters.js'
import {
  PROGRESS_VERSION,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type Progress,
  type TrainingVectors,
} from './checkpoint.js'
import { MetricsLog } from '../runs/metrics-log.js'
import { hasSelected, weightsHash, writeModel } from '../runs/model-file.js'
import { modelShape, type ModelTables } from '../runs/model-inputs.js'
import { knownEntries, negativesFor } from './negatives.js'
import { TrainingPhase, type Material, type StepResult } from './phase.js'
import type { Phase, StartRecord, TrainRecord } from '../runs/records.js'
import { createValidationSet, scoreText, validate } from './validation.js'

/** Steps between step records. */
const REPORT_EVERY = 10

export interface TrainJob extends Material {
  /** id of the run, and its folder, which exists */
  run: string
  folder: string
  /** unix seconds: nothing after it is seen */
  cutoff: number
  /** stops between two steps, after a checkpoint */
  signal?: AbortSignal
  /** milliseconds, for tests */
  now?: () => number
}

export interface TrainResult {
  parameters: Float32Array
  tables: ModelTables
  weightsHash: string
  steps: number
  seconds: number
  recall: Record<string, number>
}

/**
 * Trains one model, from the run's checkpoint if it has one:
 *
 * 1. select: train up to cutoff - K, validate on the K days after it every `validateEvery` steps, stop when the score
 *    (validationScore: a mean over K and levels) has not risen for `patience` validations; the best step is chosen;
 * 2. refit: train anew up to the cutoff, for as many passes over the conversions as the best step of 1 had made of
 *    fewer ones (Goodfellow, Bengio & Courville 2016, Deep Learning, section 7.8): steps, and those over which the rate
 *    falls, grow with the conversions. The best model of 1 is kept as selected.safetensors.
 *    Without refit, the best parameters of 1 are the result.
 *
 * @throws UserError when there is nothing to train or validate on, or the loss is not finite; Interrupted when the
 *   signal aborts it
 */
export async function* trainLoop(job: TrainJob): AsyncGenerator<TrainRecord, TrainResult> {
  const { config, kind, snapshot, engine, run, folder, cutoff, now = Date.now } = job
  const { train } = config
  const shape = modelShape(snapshot, config, kind)
  const specs = parameterSpecs(shape, train.temperature)
  const log = new MetricsLog(folder)
  const found = resumable(job, readCheckpoint(folder, specs))
  let progress: Progress = found?.progress ?? BEGINNING
  let vectors: TrainingVectors | undefined = found?.vectors
  log.rewind(progress.phase, progress.step)

  const record = <T extends TrainRecord>(r: T): T => {
    log.append(r)
    return r
  }
  const start = (steps: number, about: Pick<StartRecord, 'chosenBy' | 'notes'> = {}): TrainRecord =>
    record({
      type: 'start',
      run,
      kind,
      phase: progress.phase,
      steps,
      from: progress.step,
      ...about,
      parameters: parameterCount(specs),
      engine: engine.name,
      device: engine.device,
    })
  const save = (v?: TrainingVectors): void => writeCheckpoint(folder, specs, { progress, vectors: v })
  const stopIfAsked = async (phase: TrainingPhase, best?: Float32Array): Promise<void> => {
    if (!job.signal?.aborted) return
    save({ ...(await phase.vectors()), best })
    throw new Interrupted(
      `Run the same command again: it resumes ${run} after step ${progress.step}${progress.phase === 'refit' ? ' of the refit' : ''}.`,
    )
  }

  if (progress.phase === 'select') {
    const limit = cutoff - config.eval.windowDays * DAY
    const set = createValidationSet(snapshot, config, kind, limit, cutoff)
    const phase = await TrainingPhase.open(job, limit, progress.step, vectors)
    const encoder = phase.encoder()
    progress = { ...progress, positives: phase.positives }
    try {
      let best = vectors?.best
      const meter = new Meter('select', train.steps, progress, now)
      const { note } = negativesFor(train, knownEntries(firstSeen(snapshot, kind), limit).length)
      yield start(train.steps, { chosenBy: scoreText(kind, set), ...(note && { notes: [note] }) })
      if (best && progress.best && progress.best.score === undefined) {
        // chosen by a version that watched one recall alone: judged again, so that later steps can be held against it
        const { recall, score } = await phase.withParameters(best, () => validate(engine, encoder, set))
        progress = { ...progress, best: { ...progress.best, recall, score } }
      }
      while (progress.step < train.steps && progress.stale < train.patience) {
        await stopIfAsked(phase, best)
        const step = progress.step + 1
        const report = meter.add(await phase.step(step, train.steps), step)
        progress = { ...progress, step, seconds: meter.seconds }
        if (report) yield record(report)
        if (step % train.validateEvery === 0 || step === train.steps) {
          const validation = await validate(engine, encoder, set)
          const { recall, score } = validation
          const better = progress.best?.score === undefined || score > progress.best.score
          progress = {
            ...progress,
            best: better ? { step, recall, score } : progress.best,
            stale: better ? 0 : progress.stale + 1,
          }
          if (better) best = await phase.parameters()
          yield record({ type: 'validation', phase: 'select', step, ...validation, best: better })
        }
        if (meter.due(train.checkpointSeconds)) save({ ...(await phase.vectors()), best })
      }
      if (!train.refit) return finish(best!, phase.tables)
      writeModel(folder, shape, { parameters: best!, tables: phase.tables }, 'selected')
    } finally {
      await encoder.dispose()
      await phase.close()
    }
    progress = { ...progress, phase: 'refit', step: 0, earlierSeconds: progress.seconds, seconds: 0 }
    vectors = undefined
    save()
  }

  const phase = await TrainingPhase.open(job, cutoff, progress.step, vectors)
  const more = progress.positives === undefined ? 1 : phase.positives / progress.positives
  const steps = Math.round(progress.best!.step * more)
  try {
    const meter = new Meter('refit', steps, progress, now)
    yield start(steps)
    while (progress.step < steps) {
      await stopIfAsked(phase)
      const step = progress.step + 1
      const report = meter.add(await phase.step(step, Math.round(train.steps * more)), step)
      progress = { ...progress, step, seconds: meter.seconds }
      if (report) yield record(report)
      if (meter.due(train.checkpointSeconds)) save(await phase.vectors())
    }
    return finish(await phase.parameters(), phase.tables)
  } finally {
    await phase.close()
  }

  function finish(parameters: Float32Array, tables: ModelTables): TrainResult {
    const { best, seconds, earlierSeconds } = progress
    return {
      parameters,
      tables,
      weightsHash: weightsHash(parameters),
      steps: best!.step,
      seconds: seconds + earlierSeconds,
      recall: best!.recall,
    }
  }
}

const BEGINNING: Progress = {
  version: PROGRESS_VERSION,
  phase: 'select',
  step: 0,
  seconds: 0,
  earlierSeconds: 0,
  stale: 0,
}

/**
 * What a training goes on from. A refit whose selected model is gone starts over: nothing after it could make that
 * model again. So does a phase whose parameters stand on graph vectors of an earlier version that are others now.
 */
function resumable(
  { folder, snapshot, config, cutoff }: TrainJob,
  checkpoint: Checkpoint | undefined,
): Checkpoint | undefined {
  if (!checkpoint) return undefined
  const { progress } = checkpoint
  if (progress.phase === 'refit' && !hasSelected(folder)) return undefined
  if (progress.version === PROGRESS_VERSION) return checkpoint
  const limit = progress.phase === 'refit' ? cutoff : cutoff - config.eval.windowDays * DAY
  const same = !config.graph.vectors || usersInGraph(snapshot, config.graph, limit) === snapshot.users
  if (same) return { ...checkpoint, progress: { ...progress, version: PROGRESS_VERSION } }
  return progress.phase === 'refit' ? { progress: { ...progress, ...BEGINNING, phase: 'refit' } } : undefined
}

/** Collects steps into step records, and knows when the next checkpoint is due. */
class Meter {
  private readonly started: number
  private readonly before: number
  private saved: number
  private reported: number
  private losses: number[] = []
  private rows = 0

  constructor(
    private readonly phase: Phase,
    private readonly steps: number,
    progress: Progress,
    private readonly now: () => number,
  ) {
    this.before = progress.seconds
    this.started = this.saved = this.reported = now()
  }

  /** Seconds of training in this phase, those before a resume included. */
  get seconds(): number {
    return this.before + (this.now() - this.started) / 1000
  }

  /** Counts a step; gives a record every REPORT_EVERY steps, at the first and at the last. The loss is their mean. */
  add(result: StepResult, step: number): TrainRecord | undefined {
    this.losses.push(result.loss)
    this.rows += result.rows
    if (step !== 1 && step !== this.steps && step % REPORT_EVERY !== 0) return undefined
    const elapsed = Math.max(1, this.now() - this.reported) / 1000
    const loss = this.losses.reduce((a, b) => a + b, 0) / this.losses.length
    const { learningRate, tau, gradientNorm } = result
    const record: TrainRecord = {
      type: 'step',
      phase: this.phase,
      step,
      loss,
      learningRate,
      tau,
      gradientNorm,
      rowsPerSecond: this.rows / elapsed,
      seconds: this.seconds,
    }
    this.losses = []
    this.rows = 0
    this.reported = this.now()
    return record
  }

  due(everySeconds: number): boolean {
    if (this.now() - this.saved < everySeconds * 1000) return false
    this.saved = this.now()
    return true
  }
}
