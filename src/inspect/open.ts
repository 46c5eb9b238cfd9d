import type { Kind } from '../config/schema.js'
import type { EvalConfig } from '../config/schema.js'
import type { Progress } from '../core/progress.js'
import { openRuns, type OpenedRuns, type RunNames } from '../embed/open-runs.js'
import type { EngineOptions } from '../engine/types.js'
import { loadSnapshot } from '../features/snapshot-file.js'
import { resolveCutoff } from '../features/split.js'
import { openStore } from '../store/open.js'
import { findRun, listRuns } from '../train/manifest.js'

import type { LoadedRun } from '../train/run.js'
import { readItemGraph } from './item-graph.js'
import { storeNames } from './store-names.js'
import type { RetrievalModel, Subject } from './types.js'

export interface OpenOptions {
  folder: string
  engine: EngineOptions
  /** says where histories end while nothing is trained */
  eval: EvalConfig
  progress: Progress
  /** runs to use; the latest finished one of a kind otherwise, none where there is none */
  runs?: RunNames
  /** models that are needed: both by default */
  kinds?: readonly Kind[]
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
export async function openSubject(options: OpenOptions): Promise<OpenedSubject> {
  const { folder, engine, progress, runs = {}, kinds = ['item', 'advertiser'] } = options
  const store = openStore(folder, { readonly: true })
  let opened: OpenedRuns | undefined
  const close = async (): Promise<void> => {
    await opened?.close()
    store.close()
  }
  try {
    const names = runsToLookAt(folder, runs, kinds)
    // an engine is started for models only: without any, data is still there to be looked at
    if (Object.keys(names).length > 0) opened = await openRuns(folder, store, names, engine, progress)
    const snapshot = opened?.snapshot ?? loadSnapshot(folder, store, progress)
    const loaded = [opened?.item, opened?.advertiser].filter((run) => run !== undefined)
    const moment =
      loaded.length > 0 ? Math.max(...loaded.map((run) => run.manifest.cutoff)) : resolveCutoff(snapshot, options.eval)
    return {
      subject: {
        snapshot,
        names: storeNames(store),
        item: opened?.item && retrievalModel(opened.item),
        ...(names.item !== undefined && { graph: () => readItemGraph(folder, names.item!, snapshot) }),
        advertiser: opened?.advertiser && retrievalModel(opened.advertiser),
        moment,
        windowDays: loaded[0]?.manifest.windowDays ?? options.eval.windowDays,
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function runsToLookAt(folder: string, named: RunNames, kinds: readonly Kind[]): RunNames {
  const finished = new Set(
    listRuns(folder)
      .filter((run) => run.status === 'done')
      .map((run) => run.kind),
  )
  const names: RunNames = {}
  for (const kind of kinds)
    if (named[kind] !== undefined || finished.has(kind)) names[kind] = findRun(folder, named[kind] ?? 'latest', kind).id
  return names
}

/** A loaded run as inspections need it. The catalog is encoded when it is first asked for, and kept for one moment. */
function retrievalModel({ manifest, encoder }: LoadedRun): RetrievalModel {
  let kept: { moment: number; vectors: Promise<Float32Array> } | undefined
  return {
    run: manifest.id,
    width: encoder.width,
    reads: encoder.reads,
    cutoff: manifest.cutoff,
    windowDays: manifest.windowDays,
    users: (queries, moment, snapshot) => encoder.encodeUsers(queries, moment, snapshot),
    entries(moment) {
      if (kept?.moment !== moment) kept = { moment, vectors: encoder.encodeEntries(moment) }
      return kept.vectors
    },
  }
}
