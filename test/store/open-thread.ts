import { serveThread } from '../../src/core/thread.js'
import { openStore } from '../../src/store/open.js'

/** Opens the store of a new folder once `go` has counted every one that waits. */
const methods = {
  open: ({ folder, go, waiting }: { folder: string; go: Int32Array; waiting: number }): void => {
    Atomics.add(go, 0, 1)
    while (Atomics.load(go, 0) < waiting);
    openStore(folder, { create: true }).close()
  },
}

export type OpenThread = typeof methods
serveThread(methods)
