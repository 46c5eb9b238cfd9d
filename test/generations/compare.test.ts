import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compareGenerations } from '../../src/generations/compare.js'
import { markRead, pruneGenerations } from '../../src/generations/prune.js'
import { comparisonLines, generationLines } from '../../src/generations/text.js'
import { listGenerations } from '../../src/generations/list.js'
import { openStore } from '../../src/store/open.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { START, tinyConfig } from '../fixtures/trained-workspace.js'
import { publishAgain, publishedOnce } from '../server/published.js'

const DAY = 86_400
const { copy } = publishedOnce()

const compared = (folder: string, a: string, b: string, k = 20) =>
  inWorkspace(folder, { config: tinyConfig() }, (workspace) => compareGenerations(workspace, a, b, { k, users: 30 }))

it('compares what two generations serve: nothing changes without events, something for who has some', async () => {
  const folder = copy()
  const [{ generation: first }] = listGenerations(folder)
  const second = await publishAgain(folder)
  const same = await compared(folder, first, second)
  expect(same).toMatchObject({
    a: first,
    b: second,
    users: 30,
    item: {
      entries: [40, 40],
      added: 0,
      lists: { users: 30, k: 20, overlap: { 10: 1, k: 1 }, changed: 0, firstChanged: 0 },
      drift: { entries: { vectors: 40, moved: 0, median: 1, least: 1 }, users: { vectors: 30, moved: 0 } },
    },
    advertiser: { entries: [5, 5], lists: { changed: 0 } },
  })

  const store = openStore(folder)
  const writer = store.writer()
  for (let user = 0; user < 40; user += 2)
    for (let i = 0; i < 6; i++) {
      const item = i < 3 ? writer.item(`i${(user + 13) % 40}`) : writer.item('brand new', { price: 3 })
      writer.event({ user: writer.user(`u${user}`), item, advertiser: 0, type: 2, domain: 0, time: START + 91 * DAY })
    }
  writer.finish()
  store.close()
  const third = await publishAgain(folder)
  const { item } = await compared(folder, second, 'current')
  expect([item.entries, item.added, item.gone]).toEqual([[40, 41], 1, 0])
  expect((await compared(folder, third, second)).item).toMatchObject({ added: 0, gone: 1 })
  // half of the users have events, and theirs alone were encoded
  expect(item.drift!.users.moved).toBeGreaterThan(5)
  expect(item.drift!.users.moved).toBeLessThan(25)
  expect(item.lists.changed).toBeGreaterThan(0.1)
  expect(item.lists.overlap.k).toBeLessThan(1)
  // by hand, of 20 places one list of the two has: what both have, and nothing twice
  expect(Math.round(item.lists.overlap.k * 20 * 30) / (20 * 30)).toBeCloseTo(item.lists.overlap.k, 10)
  const lines = [
    ...comparisonLines(await compared(folder, first, third)),
    ...generationLines(listGenerations(folder), 80),
  ]
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  await expect(compared(folder, 'nothing', third)).rejects.toThrow('There is no generation nothing.')
})

it('prunes older files, neither those that are served nor those that a live process reads', async () => {
  const folder = copy()
  const [{ generation: oldest }] = listGenerations(folder)
  const read = await publishAgain(folder)
  const current = await publishAgain(folder)
  const index = join(folder, 'index')
  const end = markRead(index, read)
  expect(pruneGenerations(folder, 0)).toEqual([oldest])
  expect([oldest, read, current].map((id) => existsSync(join(index, id)))).toEqual([false, true, true])
  end()
  expect(pruneGenerations(folder, 1)).toEqual([])
  expect(pruneGenerations(folder, 0)).toEqual([read])
  expect(listGenerations(folder).map(({ generation, files }) => [generation, files])).toEqual([
    [current, true],
    [read, false],
    [oldest, false],
  ])
})
