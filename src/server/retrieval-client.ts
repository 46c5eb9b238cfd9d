import type { Worker } from 'node:worker_threads'
import { UserError } from '../core/errors.js'
import { startWorker } from '../core/worker.js'
import type { MadeUpEvent } from '../embed/made-up-history.js'
import type { Retrieval, RetrievalAnswer, RetrievalFacts, RetrievalJob, RetrievalRequest, Scored } from './retrieval.js'

/**
 * Opens a generation in a thread of its own, and resolves when it is warm: session.run and usearch block the thread
 * they run in, and requests must go on being accepted.
 *
 * @throws UserError when a file of the generation or of its runs is missing, cut short or changed
 */
export async function startRetrieval(job: RetrievalJob): Promise<Retrieval> {
  return RetrievalClient.connect(startWorker(new URL('./retrieval-thread', import.meta.url), job))
}

interface Waiting {
  resolve: (answer: { items: Scored; advertisers?: Scored }) => void
  reject: (error: Error) => void
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

/** The near end of a retrieval thread. */
export class RetrievalClient implements Retrieval {
  private readonly waiting = new Map<number, Waiting>()
  private next = 0
  private ended: Error | undefined

  private constructor(
    private readonly worker: Pick<Worker, 'postMessage' | 'terminate'>,
    readonly facts: RetrievalFacts,
  ) {}

  /** Resolves when the thread says that it is ready. */
  static connect(worker: Worker): Promise<RetrievalClient> {
    return new Promise((resolve, reject) => {
      let client: RetrievalClient | undefined
      worker.on('message', (message: RetrievalAnswer) => {
        if (message.kind === 'ready') resolve((client = new RetrievalClient(worker, message.facts)))
        else if (message.kind === 'refused') {
          reject(message.hint === undefined ? new Error(message.message) : new UserError(message.message, message.hint))
          void worker.terminate()
        } else client?.settle(message)
      })
      const end = (error: Error): void => {
        reject(error)
        client?.end(error)
      }
      worker.once('error', end)
      worker.once('exit', () => end(new Error('The retrieval thread has ended.')))
    })
  }

  get dead(): boolean {
    return this.ended !== undefined
  }

  async search(vector: Float32Array, k: number): Promise<Scored> {
    return (await this.ask({ kind: 'search', vector, k })).items
  }

  retrieve(history: MadeUpEvent[], anchorTime: number, k: number): Promise<{ items: Scored; advertisers?: Scored }> {
    return this.ask({ kind: 'retrieve', history, anchorTime, k })
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }

  private ask(question: Unnumbered<RetrievalRequest>): Promise<{ items: Scored; advertisers?: Scored }> {
    if (this.ended) return Promise.reject(this.ended)
    const id = this.next++
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      this.worker.postMessage({ ...question, id })
    })
  }

  private settle(message: Extract<RetrievalAnswer, { id: number }>): void {
    const waiting = this.waiting.get(message.id)
    this.waiting.delete(message.id)
    if (message.kind === 'answer') waiting?.resolve(message)
    else waiting?.reject(new Error(message.message))
  }

  private end(error: Error): void {
    this.ended ??= error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
