import { parentPort, workerData } from 'node:worker_threads'
import { describeError } from '../core/thread-error.js'
import { runTraining, type TrainOptions } from './run-training.js'
import type { TrainMessage } from './train.js'

/** The thread of train.ts. */
async function run(options: TrainOptions): Promise<void> {
  const controller = new AbortController()
  const say = (message: TrainMessage): void => parentPort?.postMessage(message)
  parentPort?.on('message', () => controller.abort())
  try {
    for await (const record of runTraining({ ...options, signal: controller.signal })) say({ type: 'record', record })
    say({ type: 'end' })
  } catch (error) {
    say({ type: 'error', error: describeError(error) })
  }
}

await run(workerData as TrainOptions)
