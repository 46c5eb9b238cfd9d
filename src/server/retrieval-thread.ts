import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../core/errors.js'
import type { RetrievalAnswer, RetrievalJob, RetrievalRequest } from './retrieval.js'
import { Retriever } from './retriever.js'

const send = (answer: RetrievalAnswer): void => parentPort!.postMessage(answer)

async function answer(retriever: Retriever, request: RetrievalRequest): Promise<RetrievalAnswer> {
  const { id } = request
  try {
    if (request.kind === 'search')
      return { kind: 'answer', id, items: await retriever.search(request.vector, request.k) }
    return { kind: 'answer', id, ...(await retriever.retrieve(request.history, request.anchorTime, request.k)) }
  } catch (error) {
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) }
  }
}

try {
  const retriever = await Retriever.open(workerData as RetrievalJob)
  parentPort!.on('message', async (request: RetrievalRequest) => send(await answer(retriever, request)))
  send({ kind: 'ready', facts: retriever.facts })
} catch (error) {
  send({
    kind: 'refused',
    message: error instanceof Error ? error.message : String(error),
    hint: error instanceof UserError ? error.hint : undefined,
  })
}
