import type { Worker } from 'node:worker_threads'
import { UserError } from '../core/errors.js'
import { startWorker } from '../core/worker.js'
import type { EngineConfig } from '../config/schema.js'
import type { Generation } from '../store/generations.js'
import type { MadeUpEvent } from '../embed/made-up-history.js'
import type { Retrieval, RetrievalAnswer, RetrievalRequest, Scored } from './retrieval.js'

/** What the retrieval thread is given. */
export interface RetrievalJob {
  /** the workspace */
  folder: string
  generation: Generation
  engine: EngineConfig
}

interface Waiting {
  resolve: (answer: { items: Scored; advertisers?: Scored }) => void
  reject: (error: Error) => void
}

/**
 * Starts a thread that serves one generation, and resolves when it is warm.
 * @throws UserError when the generation's files are missing, cut short or changed
 */
export async function startRetrieval(job: RetrievalJob): Promise<Retrieval> {
  const client = new RetrievalClient(startWorker(new URL('./retrieval-thread', import.meta.url), job))
  await client.ready
  return client
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

/** The near end of a retrieval thread. */
export class RetrievalClient implements Retrieval {
  readonly ready: Promise<void>
  private readonly waiting = new Map<number, Waiting>()
  private next = 0
  private ended: Error | undefined

  constructor(private readonly worker: Worker) {
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (message: RetrievalAnswer) => {
        if (message.kind === 'ready') resolve()
        else if (message.kind === 'refused') reject(new UserError(message.message, message.hint))
        else this.settle(message)
      })
      const end = (error: Error): void => {
        this.ended ??= error
        reject(error)
        for (const { reject: fail } of this.waiting.values()) fail(error)
        this.waiting.clear()
      }
      worker.once('error', end)
      worker.once('exit', () => end(new Error('The retrieval thread has ended.')))
    })
    // a caller that never waits for ready must not bring the process down
    this.ready.catch(() => {})
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
}
