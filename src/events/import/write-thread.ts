import { parentPort, workerData } from 'node:worker_threads'
import { describeError, type ThreadError } from '../../core/thread-error.js'
import { openStore } from '../../store/open.js'
import { BatchWriter, type EventBatch } from './event-batch.js'
import { storeRecorder, type Reached } from './recorder.js'

/** A transaction to write; undefined = there is no more. */
export type WriteRequest = { batch: EventBatch; reached: Reached } | undefined
/** After each transaction, and after the last one. */
export type WriteAnswer = 'committed' | 'closed' | ThreadError

const store = openStore(workerData as string)
const bulk = store.writer()
const recorder = storeRecorder(store, bulk)
const writer = new BatchWriter(bulk)
const say = (answer: WriteAnswer): void => parentPort!.postMessage(answer)

let failed = false
parentPort!.on('message', (request: WriteRequest) => {
  try {
    if (request === undefined) {
      void recorder.close()
      store.close()
      say('closed')
      parentPort!.close()
    } else if (!failed) {
      // after a failure nothing later may be written: it would lie beyond a gap
      writer.write(request.batch)
      recorder.commit(request.reached)
      say('committed')
    }
  } catch (error) {
    failed = true
    say(describeError(error))
  }
})
