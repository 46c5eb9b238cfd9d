import { UserError } from '../../core/errors.js'
import { ImportConflict, type ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { DayOrder } from './day-order.js'
import type { Memory } from './known-part.js'
import { storeSink, type Sink } from './sink.js'

/** What a transaction holds beside its rows: how far the file is read by them. */
export interface Reached {
  state: ImportRecord
  /** offset of the transaction before, undefined for the first */
  before: number | undefined
  /** what must be known to go on */
  memory: Memory
  /** a begun import of the beginning of this file, which this one takes over: its hash and offset */
  takesOver?: { hash: string; offset: number }
}

/** Where the rows of a file go, transaction by transaction, in their order. */
export interface Recorder {
  readonly sink: Sink
  /**
   * Ends a transaction. It may still be under way when this returns.
   * @throws UserError when another process imports the same file
   */
  commit(reached: Reached): void
  /** Waits until at most `open` transactions are under way. @throws what one of them failed with */
  settle(open: number): Promise<void>
  /** Lets go of what was not committed; every transaction that was begun to commit ends first. */
  close(): Promise<void>
}

/** Writes in this thread, into the store given. @param inOrder events of a day keep the order in which they come */
export function storeRecorder(store: Store, inOrder: boolean, writer = store.writer()): Recorder {
  return {
    sink: storeSink(writer, inOrder ? new DayOrder(writer) : writer),
    commit({ state, before, memory, takesOver }) {
      try {
        writer.commit(() => {
          if (takesOver) store.imports.close(takesOver.hash, takesOver.offset)
          store.imports.save(state, before)
          store.imports.saveMemory(state.hash, memory)
        })
      } catch (error) {
        if (error instanceof ImportConflict)
          throw new UserError(
            `Another process is importing ${state.name} into this workspace.`,
            'Wait until it is done; a file is imported once.',
          )
        throw error
      }
    },
    settle: () => Promise.resolve(),
    close() {
      writer.rollback()
      return Promise.resolve()
    },
  }
}
