import { parentPort, workerData } from 'node:worker_threads'
import { ExactIndex, measureRecall } from '../ann/ann-index.js'
import { HnswIndex } from '../ann/hnsw.js'
import type { IndexJob, IndexJobResult, IndexThreadMessage } from './index-job.js'

const RECALL_AT = 100

async function run({ path, vectors, width, queries, options }: IndexJob): Promise<IndexJobResult> {
  const started = performance.now()
  const index = await HnswIndex.build(vectors, width, options, (done) => send({ done }))
  const seconds = (performance.now() - started) / 1000
  const file = await index.save(path)
  if (queries.length === 0) return { file, seconds, recall: null }
  const at = Math.min(RECALL_AT, index.size)
  const recall = await measureRecall(index, await ExactIndex.plain(vectors, width), queries, at)
  return { file, seconds, recall: { at, queries: queries.length / width, recall } }
}

function send(message: IndexThreadMessage): void {
  parentPort!.postMessage(message)
}

send({ result: await run(workerData as IndexJob) })
