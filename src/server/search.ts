import { ThreadOnDemand } from '../core/thread.js'
import type { Assortment, Matches, SearchQuestion, SearchThread } from './search-thread.js'

/** Looks the catalog up by words; it reads through tables, so it is not done where requests are answered. */
export interface Search {
  find(question: SearchQuestion): Promise<Matches>
  /** @param advertiser id of the store @param k items and ads that are listed */
  assortment(advertiser: number, k: number): Promise<Assortment>
}

/** The search of a workspace, in a thread that is started when it is first asked. */
export class ThreadedSearch implements Search {
  private readonly thread: ThreadOnDemand<SearchThread>

  constructor(folder: string) {
    this.thread = new ThreadOnDemand<SearchThread>(new URL('./search-thread', import.meta.url), { folder })
  }

  find(question: SearchQuestion): Promise<Matches> {
    return this.thread.ask('find', question)
  }

  assortment(advertiser: number, k: number): Promise<Assortment> {
    return this.thread.ask('assortment', { advertiser, k })
  }

  async close(): Promise<void> {
    await this.thread.stop()
  }
}
