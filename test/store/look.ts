import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'

/** What `read` finds in the store of a workspace, which is closed again. */
export function look<T>(workspace: string, read: (store: Store) => T): T {
  const store = openStore(workspace, { readonly: true })
  try {
    return read(store)
  } finally {
    store.close()
  }
}
