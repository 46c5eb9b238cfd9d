import type { Kind } from '../config/schema.js'
import { rmSync } from 'node:fs'
import { configFor } from '../config/kind.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { createEngine, type EngineOptions } from '../engine/index.js'
import { leaveOneOut, trainingEnd } from '../protocol/leave-one-out.js'
import { shareSnapshot } from '../features/shared-snapshot.js'
import type { Snapshot } from '../features/snapshot.js'
import { resolveCutoff } from '../protocol/cutoff.js'
import { runFolder } from '../store/paths.js'
import { hasCheckpoint, removeCheckpoint } from './checkpoint.js'
import { trainLoop } from './loop.js'
import { writeManifest } from '../runs/manifest.js'
import { MetricsLog } from '../runs/metrics-log.js'
import { selectedChecksum, writeModel } from '../runs/model-file.js'
import { modelShape } from '../runs/model-inputs.js'
import type { DoneRecord, TrainRecord } from '../runs/records.js'
import { startRun } from '../runs/start.js'

export interface TrainOptions {
  /** folder of the workspace; runs/<id>/ is made in it */
  workspace: string
  kind: Kind
  config: Config
  snapshot: Snapshot
  engine: EngineOptions
  /** the study that the run is for */
  study?: string
  /** ends the training after a checkpoint */
  signal?: AbortSignal
}

/** What training may see and up to when: under leave-one-out no user's last two conversions, and nothing after them. */
function trainingData(snapshot: Snapshot, config: Config): { snapshot: Snapshot; cutoff: number } {
  if (config.eval.protocol !== 'leave-one-out') return { snapshot, cutoff: resolveCutoff(snapshot, config.eval) }
  const split = leaveOneOut(snapshot)
  return { snapshot: shareSnapshot(split.training), cutoff: trainingEnd(split) }
}

/**
 * Trains a model in this thread and writes its run: manifest, config, metrics, checkpoints, final model. An unfinished
 * run of the same settings and data is resumed; a finished one is left alone and a new one made.
 *
 * @throws UserError when there is nothing to train on, the loss is not finite or the engine is missing; Interrupted
 *   when the signal aborts it
 */
export async function* runTraining(options: TrainOptions): AsyncGenerator<TrainRecord, void> {
  const { workspace, kind, study, signal } = options
  const config = configFor(options.config, kind)
  const { snapshot, cutoff } = trainingData(options.snapshot, config)
  const engine = await createEngine(options.engine)
  let folder: string | undefined
  let release = (): void => undefined
  try {
    const { manifest, ...started } = startRun({ workspace, kind, config, snapshot, cutoff, engine, study })
    folder = runFolder(workspace, manifest.id)
    release = started.release
    const { parameters, tables, ...outcome } = yield* trainLoop({
      kind,
      config,
      snapshot,
      engine,
      run: manifest.id,
      folder,
      cutoff,
      signal,
    })

    writeModel(folder, modelShape(snapshot, config, kind), { parameters, tables })
    writeManifest(folder, {
      ...manifest,
      status: 'done',
      ...outcome,
      ...(manifest.refit && { selectedChecksum: selectedChecksum(folder) }),
    })
    removeCheckpoint(folder)
    const done: DoneRecord = { type: 'done', run: manifest.id, ...outcome }
    new MetricsLog(folder).append(done)
    yield done
  } catch (error) {
    // a run that never got anywhere is no run
    if (folder !== undefined && error instanceof UserError && !hasCheckpoint(folder))
      rmSync(folder, { recursive: true, force: true })
    throw error
  } finally {
    release()
    await engine.dispose()
  }
}
