import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'

const folders: string[] = []
const stores: Store[] = []

afterEach(() => {
  for (const store of stores.splice(0)) store.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-store-'))
  folders.push(folder)
  return folder
}

/** A store that is closed after the test. */
export function temporaryStore(folder = temporaryFolder()): Store {
  const store = openStore(folder, { create: true })
  stores.push(store)
  return store
}
