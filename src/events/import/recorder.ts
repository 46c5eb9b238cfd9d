import { UserError } from '../../core/errors.js'
import { ImportConflict, type ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { storeSink, type Sink } from './sink.js'

/** What a transaction holds beside its rows: how far the file is read by them. */
export interface Reached {
  state: ImportRecord
  /** offset of the transaction before, undefined for the first */
  before: number | undefined
  /** what the reader must know to go on after a kill */
  memory?: unknown
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

/** Writes in this thread, into the store given. */
export function storeRecorder(store: Store, writer = store.writer()): Recorder {
  return {
    sink: storeSink(writer),
    commit({ state, before, memory }) {
      try {
        writer.commit(() => {
          store.imports.save(state, before)
          if (memory !== undefined) store.imports.saveMemory(state.hash, memory)
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
