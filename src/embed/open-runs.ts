import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { createEngine } from '../engine/index.js'
import type { Engine, EngineOptions } from '../engine/types.js'
import { loadSnapshot } from '../features/snapshot-file.js'
import type { Snapshot } from '../features/snapshot.js'
import type { Store } from '../store/store.js'
import { findRun, finishedRuns } from '../train/manifest.js'

import { loadRun, type LoadedRun } from '../train/run.js'

/** Run ids; 'latest' or absent: the newest finished one of the kind, none where there is none. */
export type RunNames = Partial<Record<Kind, string>>

/**
 * Ids of the finished runs to use.
 * @throws UserError when a named run is not there, or there is none at all
 */
export function chooseRuns(folder: string, names: RunNames): RunNames {
  const finished = finishedRuns(folder)
  const chosen: RunNames = {}
  for (const kind of ['item', 'advertiser'] as const) {
    const name = names[kind] ?? 'latest'
    if (name !== 'latest' || finished.some((run) => run.kind === kind)) chosen[kind] = findRun(folder, name, kind).id
  }
  if (!chosen.item && !chosen.advertiser)
    throw new UserError(
      'There is no finished run.',
      'Train the models first: adseq train item, adseq train advertiser.',
    )
  return chosen
}

export interface OpenedRuns {
  snapshot: Snapshot
  engine: Engine
  item?: LoadedRun
  advertiser?: LoadedRun
  close(): Promise<void>
}

/** Loads the snapshot of the store's present data, and the named runs on an engine. */
export async function openRuns(
  folder: string,
  store: Store,
  runs: RunNames,
  options: EngineOptions,
  progress: Progress,
): Promise<OpenedRuns> {
  const snapshot = loadSnapshot(folder, store, progress)
  const engine = await createEngine(options)
  const loaded: Partial<Record<Kind, LoadedRun>> = {}
  const close = async (): Promise<void> => {
    for (const run of Object.values(loaded)) await run.dispose()
    await engine.dispose()
  }
  try {
    for (const kind of ['item', 'advertiser'] as const) {
      const id = runs[kind]
      if (id !== undefined) loaded[kind] = await loadRun(folder, id, kind, engine, snapshot)
    }
    return { snapshot, engine, ...loaded, close }
  } catch (error) {
    await close()
    throw error
  }
}
