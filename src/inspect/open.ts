import type { Config } from '../config/schema.js'
import type { Progress } from '../core/progress.js'
import { createEngine } from '../engine/index.js'
import type { Engine } from '../engine/types.js'
import { loadSnapshot } from '../features/snapshot-file.js'
import { resolveCutoff } from '../features/split.js'
import { openStore } from '../store/open.js'
import { listRuns } from '../train/manifest.js'
import type { ModelKind } from '../train/records.js'
import { loadRun, type LoadedRun } from '../train/run.js'
import type { NamedRuns } from './lookup.js'
import { storeNames } from './store-names.js'
import type { RetrievalModel, Subject } from './types.js'

export interface OpenOptions {
  folder: string
  config: Config
  progress: Progress
  /** runs to use; the latest finished one of a kind otherwise, none where there is none */
  runs?: NamedRuns
  /** models that are needed: both by default */
  kinds?: readonly ModelKind[]
}

export interface OpenedSubject {
  subject: Subject
  close(): Promise<void>
}

/**
 * Opens the data and the models of a workspace to look at. Histories end at the latest cutoff of the runs, so that
 * neither has seen what came after; without a run, at the cutoff that a training would take.
 * @throws UserError when there is no data, a named run is not there, or a run does not fit the data
 */
export async function openSubject({ folder, config, progress, runs = {}, kinds = ['item', 'advertiser'] }: OpenOptions): Promise<OpenedSubject> {
  const store = openStore(folder, { readonly: true })
  const loaded: LoadedRun[] = []
  let engine: Engine | undefined
  const close = async (): Promise<void> => {
    for (const run of loaded) await run.dispose()
    await engine?.dispose()
    store.close()
  }
  try {
    const snapshot = loadSnapshot(folder, store, progress)
    const finished = new Set(listRuns(folder).filter((run) => run.status === 'done').map((run) => run.kind))
    const models: Partial<Record<ModelKind, RetrievalModel>> = {}
    for (const kind of kinds) {
      if (runs[kind] === undefined && !finished.has(kind)) continue
      engine ??= await createEngine({ engine: config.engine.name, device: config.engine.device, threads: config.engine.threads || undefined })
      const run = await loadRun(folder, runs[kind] ?? 'latest', kind, engine, snapshot)
      loaded.push(run)
      models[kind] = retrievalModel(run)
    }
    const manifests = loaded.map((run) => run.manifest)
    const moment = manifests.length > 0 ? Math.max(...manifests.map((m) => m.cutoff)) : resolveCutoff(snapshot, config.eval)
    return { subject: { snapshot, names: storeNames(store), ...models, moment, windowDays: manifests[0]?.windowDays ?? config.eval.windowDays }, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A loaded run as inspections need it. The catalog is encoded when it is first asked for, and kept for one moment. */
function retrievalModel({ manifest, encoder }: LoadedRun): RetrievalModel {
  let kept: { moment: number; vectors: Promise<Float32Array> } | undefined
  return {
    run: manifest.id,
    width: encoder.width,
    cutoff: manifest.cutoff,
    windowDays: manifest.windowDays,
    users: (queries, moment, snapshot) => encoder.encodeUsers(queries, moment, snapshot),
    entries(moment) {
      if (kept?.moment !== moment) kept = { moment, vectors: encoder.encodeEntries(moment) }
      return kept.vectors
    },
  }
}
