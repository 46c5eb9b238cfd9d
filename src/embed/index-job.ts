import type { HnswOptions, IndexFile } from '../ann/hnsw.js'
import type { Progress } from '../core/progress.js'
import { startWorker } from '../core/worker.js'

/** What the index thread is given. */
export interface IndexJob {
  /** where the index file goes */
  path: string
  /** [items, d]; handed over to the thread */
  vectors: Float32Array
  width: number
  /** [queries, d] user vectors to measure the recall with; may be empty */
  queries: Float32Array
  options: HnswOptions
}

export interface IndexJobResult {
  file: IndexFile
  /** building alone */
  seconds: number
  recall: { at: number; queries: number; recall: number } | null
}

export type IndexThreadMessage = { done: number } | { result: IndexJobResult }

/** Builds, saves and measures an index in a worker thread: usearch blocks the thread it runs in. */
export async function indexInThread(job: IndexJob, progress: Progress): Promise<IndexJobResult> {
  const worker = startWorker(new URL('./index-thread', import.meta.url), job, [job.vectors.buffer as ArrayBuffer])
  try {
    return await new Promise<IndexJobResult>((resolve, reject) => {
      worker.on('message', (message: IndexThreadMessage) => {
        if ('done' in message) progress.update(message.done)
        else resolve(message.result)
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The index thread ended early (code ${code}).`)))
    })
  } finally {
    await worker.terminate()
  }
}
