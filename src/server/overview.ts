import { ThreadOnDemand } from '../core/thread.js'
import type { Generation } from '../store/generations.js'
import type { ItemMap } from './item-map.js'
import type { PastExperiments, PastRuns } from './past-work.js'
import type { OverviewThread } from './overview-thread.js'

/** What is looked at as a whole, and takes long enough not to be made where requests are answered. */
export interface Overview {
  /** the items of a generation on two axes; made once for it */
  map(generation: Generation): Promise<ItemMap>
  /** finished runs, newest first */
  runs(): Promise<PastRuns>
  /** simulated experiments, newest first */
  experiments(): Promise<PastExperiments>
}

/** The overview of a workspace, in a thread that is started when it is first asked, and again where it has died. */
export class ThreadedOverview implements Overview {
  private readonly thread: ThreadOnDemand<OverviewThread>
  private last: { generation: string; map: Promise<ItemMap> } | undefined

  constructor(folder: string) {
    this.thread = new ThreadOnDemand<OverviewThread>(new URL('./overview-thread', import.meta.url), { folder })
  }

  map(generation: Generation): Promise<ItemMap> {
    if (this.last?.generation !== generation.id) {
      const made = { generation: generation.id, map: this.thread.ask('map', generation) }
      // what failed is tried again by who asks next
      made.map.catch(() => this.last === made && (this.last = undefined))
      this.last = made
    }
    return this.last.map
  }

  runs(): Promise<PastRuns> {
    return this.thread.ask('runs')
  }

  experiments(): Promise<PastExperiments> {
    return this.thread.ask('experiments')
  }

  async close(): Promise<void> {
    await this.thread.stop()
  }
}
