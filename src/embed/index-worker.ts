import { startWorker } from '../core/worker.js'
import type { IndexTask, IndexTaskResult } from './index-task.js'
import type { IndexThreadMessage } from './index-thread.js'

/**
 * Runs an index task in a worker thread: usearch blocks the thread it runs in. `task.vectors` is handed over.
 */
export async function indexInThread(
  task: IndexTask,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<IndexTaskResult> {
  const worker = startWorker(new URL('./index-thread', import.meta.url), task, [task.vectors.buffer as ArrayBuffer])
  try {
    return await new Promise<IndexTaskResult>((resolve, reject) => {
      worker.on('message', (message: IndexThreadMessage) => {
        if ('done' in message) onProgress(message.done)
        else resolve(message.result)
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The index thread ended early (code ${code}).`)))
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  } finally {
    await worker.terminate()
  }
}
