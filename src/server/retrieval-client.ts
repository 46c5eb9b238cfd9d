import { Thread } from '../core/thread.js'
import type { Retrieval, RetrievalJob } from './retrieval.js'
import type { RetrievalThread } from './retrieval-thread.js'

/**
 * Opens a generation in a thread of its own, and resolves when it is warm: session.run and usearch block the thread
 * they run in, and requests must go on being accepted.
 *
 * @throws UserError when a file of the generation or of its runs is missing, cut short or changed
 */
export async function startRetrieval(job: RetrievalJob): Promise<Retrieval> {
  const thread = new Thread<RetrievalThread>(new URL('./retrieval-thread', import.meta.url))
  try {
    const facts = await thread.ask('open', job)
    return {
      facts,
      get dead() {
        return thread.ended !== undefined
      },
      search: (vector, k) => thread.ask('search', { vector, k }),
      retrieve: (history, anchorTime, k) => thread.ask('retrieve', { history, anchorTime, k }),
      close: () => thread.stop(),
    }
  } catch (error) {
    await thread.stop()
    throw error
  }
}
