import { expect, test } from 'vitest'
import { Thread } from '../../src/core/thread.js'
import { openStore } from '../../src/store/open.js'
import type { OpenThread } from './open-thread.js'
import { temporaryFolder } from './temporary-store.js'

test('a new workspace can be opened by several at the same moment', async () => {
  const threads = [1, 2, 3].map(() => new Thread<OpenThread>(new URL('./open-thread', import.meta.url)))
  try {
    for (let round = 0; round < 200; round++) {
      const argument = {
        folder: temporaryFolder(),
        go: new Int32Array(new SharedArrayBuffer(4)),
        waiting: threads.length,
      }
      await Promise.all(threads.map((thread) => thread.ask('open', argument)))
      const store = openStore(argument.folder, { readonly: true })
      expect(store.counts().events).toBe(0)
      store.close()
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()))
  }
})
