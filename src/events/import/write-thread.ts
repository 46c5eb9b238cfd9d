import { serveThread, threadData } from '../../core/thread.js'
import { openStore } from '../../store/open.js'
import { BatchWriter, type EventBatch } from './event-batch.js'
import { storeRecorder, type Reached } from './recorder.js'

/** A transaction to write. */
export interface Transaction {
  batch: EventBatch
  reached: Reached
}

const store = openStore(threadData<string>())
const bulk = store.writer()
const recorder = storeRecorder(store, bulk)
const writer = new BatchWriter(bulk)
let failed = false

const methods = {
  commit({ batch, reached }: Transaction): void {
    // after a failure nothing later may be written: it would lie beyond a gap
    if (failed) return
    try {
      writer.write(batch)
      recorder.commit(reached)
    } catch (error) {
      failed = true
      throw error
    }
  },
  close(): void {
    void recorder.close()
    store.close()
  },
}

export type WriteThread = typeof methods
serveThread(methods)
