import { ThreadOnDemand } from '../core/thread.js'
import type { Finding, Surroundings } from '../doctor/finding.js'
import { examineInThread } from '../doctor/in-thread.js'
import type { AdFate } from '../funnel/trace.js'
import { lookupInThread, type Lookup, type LookupOptions, type Through } from '../inspect/lookup.js'
import type { StateThread } from '../inspect/state-thread.js'
import type { WorkspaceState } from '../inspect/state.js'
import { Runs, type Run } from '../inspect/runs.js'
import { KeptExperiments, type KeptExperiment } from '../simulate/days-file.js'
import type { ExplainThread, WholeExplanation } from '../server/explain-thread.js'

/** Where the screens have from what they show. What takes long is answered later, by a thread. */
export interface Sources {
  /** the folder as it is shown */
  folder: string
  /** the runs as they are now */
  runs: () => Run[]
  /** what is here, and how far it is */
  state: () => Promise<WorkspaceState>
  lookup: Lookup
  funnel: FunnelSource
  /** the experiments that were simulated here, the latest first, as they are now */
  experiments: () => KeptExperiment[]
  /** examines machine and workspace; tells each finding as soon as it is made */
  examine: (found: (finding: Finding) => void) => Promise<Finding[]>
  /** what users and items are looked at through, as the command line says */
  through: Through
  /** seed of the first random user */
  draw: number
}

/** Requests for ads as they are answered now. */
export interface FunnelSource {
  explain: (user: string) => Promise<WholeExplanation>
  /** @param ad an id, or words of a title */
  fate: (user: string, ad: string) => Promise<{ ad: string; fate: AdFate }>
}

/** @param shown the folder as a person would write it */
export function workspaceSources(
  options: LookupOptions & Surroundings,
  through: Through,
  shown: string,
): Sources & { close: () => Promise<void> } {
  const { folder, root, node } = options
  const runs = new Runs(folder)
  const experiments = new KeptExperiments(folder)
  const lookup = lookupInThread(options)
  const state = new ThreadOnDemand<StateThread>(new URL('../inspect/state-thread', import.meta.url), options)
  const explainer = new ThreadOnDemand<ExplainThread>(new URL('../server/explain-thread', import.meta.url), options)
  return {
    folder: shown,
    runs: () => runs.refresh(),
    state: () => state.ask('state'),
    lookup,
    funnel: {
      explain: (user) => explainer.ask('explain', user),
      fate: (user, ad) => explainer.ask('fate', { user, ad }),
    },
    experiments: () => experiments.refresh(),
    examine: (found) => examineInThread({ folder, root, node }, found),
    through,
    draw: Date.now() % 1_000_000,
    async close() {
      if (explainer.started) await explainer.ask('close').catch(() => undefined)
      await Promise.all([lookup.close(), state.stop(), explainer.stop()])
    },
  }
}
