import { dotProducts } from '../ann/dot-products.js'
import { openGeneration, retrieveItems, type Generation as OpenGeneration } from '../embed/generation.js'
import { madeUpHistory, type MadeUpEvent } from '../embed/made-up-history.js'
import { openRuns, type OpenedRuns } from '../embed/open-runs.js'
import { TopAdvertisers } from '../embed/top-advertisers.js'
import { silent } from '../core/progress.js'
import { openStore } from '../store/open.js'
import { workspace } from '../store/workspace.js'
import type { Retrieval, Retrieved, RetrievalFacts, RetrievalJob, Scored } from './retrieval.js'

/** Answers for one generation in the thread it was opened in: index, towers and advertiser vectors in memory. */
export class Retriever implements Retrieval {
  private last: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly generation: OpenGeneration,
    private readonly runs: OpenedRuns,
    private readonly advertisers: Float32Array | undefined,
    private readonly seed: number,
    readonly facts: RetrievalFacts,
  ) {}

  /**
   * Opens the generation and warms its towers, so that the first request is as fast as the others.
   * @throws UserError when a file of the generation or of its runs is missing, cut short or changed
   */
  static async open({ folder, generation: row, engine }: RetrievalJob): Promise<Retriever> {
    const generation = await openGeneration(workspace(folder).index, row)
    const store = openStore(folder, { readonly: true })
    try {
      const { name, device, threads } = engine
      const runs = await openRuns(
        folder,
        store,
        { item: row.itemRun, advertiser: row.advertiserRun },
        { engine: name, device, threads: threads || undefined },
        silent,
      )
      const { asOf, items } = generation.manifest
      const { snapshot } = runs
      const facts = { items, asOf, known: { items: snapshot.items, advertisers: snapshot.advertisers } }
      const advertisers = await runs.advertiser?.encoder.encodeAdvertisers(asOf)
      const retriever = new Retriever(generation, runs, advertisers, runs.advertiser?.manifest.seed ?? 0, facts)
      await retriever.retrieve([{ item: 0, advertiser: -1, type: 0, domain: 0, time: asOf }], asOf, 1)
      return retriever
    } finally {
      store.close()
    }
  }

  async search(vector: Float32Array, k: number): Promise<Scored> {
    const { items, scores } = await retrieveItems(this.generation, vector, k)
    return { indices: items, scores }
  }

  /** One at a time: a program of an engine is not made for two runs at once. */
  retrieve(history: MadeUpEvent[], anchorTime: number, k: number): Promise<Retrieved> {
    const answer = this.last.then(() => this.encodeAndSearch(history, anchorTime, k))
    this.last = answer.catch(() => {})
    return answer
  }

  async close(): Promise<void> {
    await this.last
    await this.runs.close()
  }

  private async encodeAndSearch(history: MadeUpEvent[], anchorTime: number, k: number): Promise<Retrieved> {
    const { snapshot, item, advertiser } = this.runs
    const source = madeUpHistory(snapshot, history)
    const rows = { users: [0], ends: [history.length] }
    const items = await this.search(await item!.encoder.encodeUsers(rows, anchorTime, source), k)
    if (!advertiser || !this.advertisers) return { items }
    const top = new TopAdvertisers(this.advertisers, await dotProducts(advertiser.encoder.width), k, this.seed)
    const { ids, scores } = await top.rank(await advertiser.encoder.encodeUsers(rows, anchorTime, source))
    return { items, advertisers: { indices: ids.map((id) => id - 1), scores } }
  }
}
