import { Thread } from '../../core/thread.js'
import { BatchMaker } from './event-batch.js'
import type { Recorder } from './recorder.js'
import type { WriteThread, WriteThreadData } from './write-thread.js'

/**
 * Writes events in a thread of its own, with a connection of its own, while this one reads on. Transactions are those
 * of the store's recorder, in the same order: the data is the same, row for row.
 * @param batch events of a transaction, about @param inOrder events of a day keep the order in which they come
 */
export function threadRecorder(workspace: string, batch: number, inOrder: boolean): Recorder {
  const maker = new BatchMaker(batch)
  const data: WriteThreadData = { workspace, inOrder }
  const thread = new Thread<WriteThread>(new URL('./write-thread', import.meta.url), data)
  /** transactions that are not written yet, oldest first */
  const open: Promise<void>[] = []
  let failure: Error | undefined
  const never = (): never => {
    throw new Error('the thread that writes takes events alone')
  }
  return {
    sink: {
      event: (event) => maker.add(event),
      item: never,
      user: never,
      advertiser: never,
      ad: never,
      impression: never,
    },
    commit(reached) {
      const made = maker.take()
      const written = thread.ask(
        'commit',
        { batch: made, reached },
        { transfer: [made.user, made.item, made.advertiser, made.kind, made.time] },
      )
      open.push(written)
      written.then(
        () => open.splice(open.indexOf(written), 1),
        (error: Error) => (failure ??= error),
      )
    },
    async settle(most) {
      // the first failure is the one to tell: what came after it was not written
      while (failure === undefined && open.length > most) await open[0].catch(() => undefined)
      if (failure) throw failure
    },
    async close() {
      await thread.ask('close').catch((error: Error) => (failure ??= error))
      await thread.stop()
    },
  }
}
