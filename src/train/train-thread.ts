import { serveThread, type Call } from '../core/thread.js'
import { runTraining, type TrainOptions } from './run-training.js'

const methods = {
  async train(options: TrainOptions, { signal, emit }: Call): Promise<void> {
    for await (const record of runTraining({ ...options, signal })) emit(record)
  },
}

export type TrainThread = typeof methods
serveThread(methods)
