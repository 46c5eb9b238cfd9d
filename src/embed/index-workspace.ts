import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { openStore } from '../store/open.js'
import { workspace } from '../store/workspace.js'
import { buildGeneration, servableSeq, type BuildResult } from './build-generation.js'
import { chooseRuns, openRuns, type RunNames } from './open-runs.js'
import { lastEventTime } from './pending.js'

export interface IndexWorkspaceOptions {
  folder: string
  config: Config
  runs?: RunNames
  /** older generations whose files are kept; undefined keeps all */
  keep?: number
  progress: Progress
  signal?: AbortSignal
}

/** `adseq index`: builds and publishes a generation from the latest finished runs. */
export async function indexWorkspace({
  folder,
  config,
  runs = {},
  keep,
  progress,
  signal,
}: IndexWorkspaceOptions): Promise<BuildResult> {
  const store = openStore(folder)
  try {
    const chosen = chooseRuns(folder, runs)
    if (chosen.item === undefined)
      throw new UserError('There is no finished item run to index.', 'Train one: adseq train item.')
    if (chosen.advertiser === undefined)
      progress.line('There is no finished advertiser run: the generation serves items only (adseq train advertiser).')
    servableSeq(store, chosen.item, chosen.advertiser)
    const { name, device, threads } = config.engine
    const opened = await openRuns(
      folder,
      store,
      { item: chosen.item },
      { engine: name, device, threads: threads || undefined },
      progress,
    )
    try {
      const { encoder, manifest } = opened.item!
      const asOf = lastEventTime(opened.snapshot)
      return await buildGeneration({
        indexFolder: workspace(folder).index,
        store,
        tower: {
          run: manifest.id,
          width: encoder.width,
          encodeItems: (from, to) => encoder.encodeItems(from, to, asOf),
        },
        advertiserRun: chosen.advertiser,
        items: opened.snapshot.items,
        asOf,
        options: config.index,
        keep,
        progress,
        signal,
      })
    } finally {
      await opened.close()
    }
  } finally {
    store.close()
  }
}
