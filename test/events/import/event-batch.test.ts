import { expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { BatchMaker, BatchWriter } from '../../../src/events/import/event-batch.js'
import { newDraft, storeSink, type EventDraft } from '../../../src/events/import/sink.js'
import type { Store } from '../../../src/store/store.js'
import { temporaryStore } from '../../store/temporary-store.js'

/** Events with long and short names, some without an item or an advertiser, some that describe their item. */
function drafts(n: number): EventDraft[] {
  const rng = new Rng(5)
  return Array.from({ length: n }, (_, i): EventDraft => {
    const item = rng.int(8) === 0 ? '' : `item-with-a-long-name-${rng.int(40)}`
    return {
      ...newDraft(),
      user: `u${rng.int(25)}`,
      item,
      advertiser: item === '' || rng.int(2) === 0 ? `a${rng.int(6)}` : '',
      type: rng.int(6),
      domain: rng.int(2),
      time: 4_000_000_000 + i,
      ...(rng.int(3) === 0 && {
        category: `c/${rng.int(4)}`,
        price: rng.int(100),
        title: rng.int(2) === 0 ? 'a title' : undefined,
      }),
    }
  })
}

const content = (store: Store): unknown => ({
  hash: store.dataHash(),
  events: [...store.scanEvents()],
  items: [...store.scanItems()],
  users: store.externalIds('users'),
  advertisers: store.externalIds('advertisers'),
})

test.each([
  ['of any size', [7, 100, 1, 400], 16, undefined],
  ['with names numbered anew again and again', [50, 50, 50, 50, 50, 50], 64, 20],
])('batches %s write what the events would have written one by one', (_name, sizes, room, keep) => {
  const events = drafts(sizes.reduce((a, b) => a + b, 0))
  const [direct, sent] = [temporaryStore(), temporaryStore()]
  const one = direct.writer()
  const sink = storeSink(one)
  for (const event of events) sink.event(event)
  one.commit()

  const writer = sent.writer()
  const maker = new BatchMaker(room, keep)
  const batches = new BatchWriter(writer)
  // readers fill one object over and over
  const draft = newDraft()
  let anew = 0
  for (const size of sizes) {
    for (const event of events.splice(0, size)) maker.add(Object.assign(draft, newDraft(), event))
    const batch = structuredClone(maker.take())
    if (batch.anew) anew++
    batches.write(batch)
    writer.commit()
  }
  expect(content(sent)).toEqual(content(direct))
  expect(anew).toBe(keep === undefined ? 1 : sizes.length)
})
