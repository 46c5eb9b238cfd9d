import { serveThread, type Call } from '../core/thread.js'
import { ExactIndex, measureRecall } from '../ann/ann-index.js'
import { HnswIndex, type HnswOptions, type IndexFile } from '../ann/hnsw.js'

/** An index to build, save and measure. */
export interface IndexTask {
  /** where the index file goes */
  path: string
  /** [items, d] */
  vectors: Float32Array
  width: number
  /** [queries, d] user vectors to measure the recall with; may be empty */
  queries: Float32Array
  options: HnswOptions
}

export interface IndexTaskResult {
  file: IndexFile
  /** building alone */
  seconds: number
  recall: { at: number; queries: number; recall: number } | null
}

const RECALL_AT = 100

const methods = {
  /** Builds and saves the index, and measures its recall against exact search over the queries. Emits entries added. */
  async build({ path, vectors, width, queries, options }: IndexTask, { emit, signal }: Call): Promise<IndexTaskResult> {
    const started = performance.now()
    const index = await HnswIndex.build(vectors, width, options, (done) => {
      signal.throwIfAborted()
      emit(done)
    })
    const seconds = (performance.now() - started) / 1000
    const file = await index.save(path)
    if (queries.length === 0) return { file, seconds, recall: null }
    const at = Math.min(RECALL_AT, index.size)
    const recall = await measureRecall(index, await ExactIndex.plain(vectors, width), queries, at)
    return { file, seconds, recall: { at, queries: queries.length / width, recall } }
  },
}

export type IndexThread = typeof methods
serveThread(methods)
