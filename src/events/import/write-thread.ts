import { serveThread, threadData } from '../../core/thread.js'
import { openStore } from '../../store/open.js'
import { DayOrder } from './day-order.js'
import { BatchWriter, type EventBatch } from './event-batch.js'
import { storeRecorder, type Reached } from './recorder.js'

export interface WriteThreadData {
  workspace: string
  /** events of a day keep the order in which they come */
  inOrder: boolean
}

/** A transaction to write. */
export interface Transaction {
  batch: EventBatch
  reached: Reached
}

const { workspace, inOrder } = threadData<WriteThreadData>()
const store = openStore(workspace)
const bulk = store.writer()
const recorder = storeRecorder(store, inOrder, bulk)
const writer = new BatchWriter(bulk, inOrder ? new DayOrder(bulk) : bulk)
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
