import { handOver, serveThread, threadData } from '../core/thread.js'
import { openItemVectors } from '../generations/open.js'
import { openStore } from '../store/open.js'
import { pathsOf } from '../store/paths.js'
import type { Generation } from '../store/generations.js'
import { pastExperiments, pastRuns, type PastExperiments, type PastRuns } from './past-work.js'
import { itemMap, type ItemMap } from './item-map.js'

const { folder } = threadData<{ folder: string }>()
const store = openStore(folder, { readonly: true })

const methods = {
  /** @throws UserError when the vectors of the generation are missing or damaged */
  async map(generation: Generation): Promise<ItemMap> {
    const made = itemMap(await openItemVectors(pathsOf(folder).index, generation), (id) => store.item(id))
    return handOver(made, [made.places])
  },
  runs: (): PastRuns => pastRuns(folder),
  experiments: (): PastExperiments => pastExperiments(folder),
}

export type OverviewThread = typeof methods
serveThread(methods)
