import type { Kind } from '../config/schema.js'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { writeFileAtomic } from '../core/atomic.js'
import { hashJson } from '../core/hash.js'
import { takeLock, tryLock } from '../core/lock.js'
import { Rng } from '../core/rng.js'
import type { Config } from '../config/schema.js'
import type { Snapshot } from '../features/snapshot.js'
import { newId, runFolder } from '../store/paths.js'
import { parameterCount, parameterSpecs } from '../model/parameters.js'
import { listRuns, readManifest, writeManifest, type Manifest } from './manifest.js'
import { modelShape } from './model-inputs.js'

export interface RunSettings {
  workspace: string
  kind: Kind
  /** resolved for the kind */
  config: Config
  snapshot: Snapshot
  cutoff: number
  engine: { name: string; device: string }
  study?: string
  now?: Date
}

export interface StartedRun {
  manifest: Manifest
  /** gives the run back: until then no other process trains it */
  release: () => void
}

/** Held by the process that trains a run. */
export const trainingLock = (runFolder: string): string => join(runFolder, 'training.lock')

/**
 * The unfinished run of the same settings and data that no other process is training, or a new one. Its folder
 * exists, with manifest and config.yaml.
 */
export function startRun(settings: RunSettings): StartedRun {
  return resumed(settings) ?? fresh(settings)
}

function resumed(settings: RunSettings): StartedRun | undefined {
  const { workspace, snapshot, study } = settings
  const configHash = hashSettings(settings)
  const unfinished = listRuns(workspace).filter(
    (run) =>
      run.status === 'running' &&
      run.configHash === configHash &&
      run.data.hash === snapshot.hash &&
      run.study === study,
  )
  for (const { id } of unfinished.reverse()) {
    const folder = runFolder(workspace, id)
    const release = tryLock(trainingLock(folder), `training of ${id}`)
    if (!release) continue
    // it may have been finished since it was listed
    const manifest = readManifest(folder)
    if (manifest.status === 'running') return { manifest, release }
    release()
  }
  return undefined
}

function fresh(settings: RunSettings): StartedRun {
  const { workspace, kind, config, snapshot, cutoff, engine, study } = settings
  const now = afterOthers(workspace, settings.now ?? new Date())
  const { hash, users, items, advertisers, lastSeq } = snapshot
  const manifest: Manifest = {
    version: 1,
    id: newId(kind, now, new Rng(now.getTime(), process.pid)),
    kind,
    status: 'running',
    created: now.toISOString(),
    engine: engine.name,
    device: engine.device,
    seed: config.train.seed,
    cutoff,
    windowDays: config.eval.windowDays,
    ...(config.eval.protocol === 'leave-one-out' && { protocol: config.eval.protocol }),
    refit: config.train.refit,
    data: { hash, users, items, advertisers, lastSeq },
    configHash: hashSettings(settings),
    ...(study !== undefined && { study }),
    parameters: parameterCount(parameterSpecs(modelShape(snapshot, config, kind))),
  }
  const folder = runFolder(workspace, manifest.id)
  mkdirSync(folder, { recursive: true })
  writeFileAtomic(join(folder, 'config.yaml'), stringify(config))
  writeFileSync(join(folder, 'metrics.jsonl'), '')
  const release = takeLock(trainingLock(folder), `training of ${manifest.id}`)
  writeManifest(folder, manifest)
  return { manifest, release }
}

/** The moment, or right after the newest run where the clock was set back: 'latest' means what was started last. */
function afterOthers(workspace: string, now: Date): Date {
  const newest = Math.max(0, ...listRuns(workspace).map(({ created }) => Date.parse(created)))
  return now.getTime() > newest ? now : new Date(newest + 1)
}

/** Names everything that decides the weights of a run, but the data. */
function hashSettings({ kind, config, cutoff, engine }: RunSettings): string {
  const { model, graph, train } = config
  const { checkpointSeconds: _, ...deciding } = train
  const { context, ...rest } = model
  return hashJson({
    kind,
    // what is off counts as what was not there yet
    model: context ? model : rest,
    graph,
    train: deciding,
    cutoff,
    windowDays: config.eval.windowDays,
    ...(config.eval.protocol === 'leave-one-out' && { protocol: config.eval.protocol }),
    engine,
    threads: config.engine.threads,
  })
}
