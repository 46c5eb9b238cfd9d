import { parentPort, workerData } from 'node:worker_threads'
import { Interrupted, UserError } from '../core/errors.js'
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
    say(described(error))
  }
}

function described(error: unknown): TrainMessage {
  if (error instanceof Interrupted) return { type: 'error', kind: 'interrupted', message: error.message, hint: error.hint }
  if (error instanceof UserError) return { type: 'error', kind: 'user', message: error.message, hint: error.hint }
  const { message, stack, code } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException
  return { type: 'error', kind: 'fault', message, hint: '', stack, code }
}

await run(workerData as TrainOptions)
