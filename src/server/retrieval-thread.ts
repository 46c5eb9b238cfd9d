import { serveThread } from '../core/thread.js'
import type { MadeUpEvent } from '../embed/made-up-history.js'
import type { Retrieved, RetrievalFacts, RetrievalJob, Scored } from './retrieval.js'
import { Retriever } from './retriever.js'

let retriever: Retriever

const methods = {
  async open(job: RetrievalJob): Promise<RetrievalFacts> {
    retriever = await Retriever.open(job)
    return retriever.facts
  },
  search: ({ vector, k }: { vector: Float32Array; k: number }): Promise<Scored> => retriever.search(vector, k),
  retrieve: ({
    history,
    anchorTime,
    k,
  }: {
    history: MadeUpEvent[]
    anchorTime: number
    k: number
  }): Promise<Retrieved> => retriever.retrieve(history, anchorTime, k),
}

export type RetrievalThread = typeof methods
serveThread(methods)
