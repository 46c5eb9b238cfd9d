import { ThreadOnDemand } from '../core/thread.js'
import { lookupInThread, type Lookup, type LookupOptions, type Through } from '../inspect/lookup.js'
import type { StateThread } from '../inspect/state-thread.js'
import type { WorkspaceState } from '../inspect/state.js'
import { Runs, type Run } from '../inspect/runs.js'

/** Where the screens have from what they show. What takes long is answered later, by a thread. */
export interface Sources {
  /** the folder as it is shown */
  folder: string
  /** the runs as they are now */
  runs: () => Run[]
  /** what is here, and how far it is */
  state: () => Promise<WorkspaceState>
  lookup: Lookup
  /** what users and items are looked at through, as the command line says */
  through: Through
  /** seed of the first random user */
  draw: number
}

/** @param shown the folder as a person would write it */
export function workspaceSources(
  options: LookupOptions,
  through: Through,
  shown: string,
): Sources & { close: () => Promise<void> } {
  const runs = new Runs(options.folder)
  const lookup = lookupInThread(options)
  const state = new ThreadOnDemand<StateThread>(new URL('../inspect/state-thread', import.meta.url), options)
  return {
    folder: shown,
    runs: () => runs.refresh(),
    state: () => state.ask('state'),
    lookup,
    through,
    draw: Date.now() % 1_000_000,
    async close() {
      await Promise.all([lookup.close(), state.stop()])
    },
  }
}
