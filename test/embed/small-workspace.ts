import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'

const folders: string[] = []

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-embed-'))
  folders.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** [user, item, time]: external ids u1, i1 ..., advertiser of item n is a(n mod advertisers). */
export type SmallEvent = [user: number, item: number, time: number]

export function addEvents(store: Store, events: SmallEvent[], advertisers = 3): void {
  const writer = store.writer()
  for (const [user, item, time] of events) {
    const id = writer.item(`i${item}`)
    writer.setItem(id, {
      advertiser: writer.advertiser(`a${item % advertisers}`),
      title: `Item ${item}`,
      category: 'GROCERY',
      price: item,
    })
    writer.event({ user: writer.user(`u${user}`), item: id, advertiser: 0, type: 2, domain: 0, time })
  }
  writer.finish()
}

/** A store with the given events. */
export function smallStore(folder: string, events: SmallEvent[]): Store {
  const store = openStore(folder, { create: true })
  addEvents(store, events)
  return store
}
