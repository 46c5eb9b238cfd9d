import { expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { runChild } from '../fixtures/child.js'
import { smallStore, temporaryFolder } from './small-workspace.js'

it('infer killed with SIGKILL midway loses at most one block; the same command does the rest', async () => {
  const folder = temporaryFolder()
  smallStore(
    folder,
    Array.from({ length: 50 }, (_, i) => [i + 1, 1 + (i % 7), 1_500_000_000 + i]),
  ).close()

  const killed = await runChild(new URL('./infer-child.ts', import.meta.url), [folder], 'block 20')
  expect(killed.signal).toBe('SIGKILL')
  const store = openStore(folder)
  expect(store.watermark('item-run')).toBe(0)
  const { ids } = store.userEmbeddings('item-run')
  expect([...ids]).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))

  const resumed = await runChild(new URL('./infer-child.ts', import.meta.url), [folder])
  expect(resumed.lines).toEqual(['block 20', 'block 30', 'block 40', 'encoded 30'])
  expect(store.watermark('item-run')).toBe(50)
  expect(store.userEmbeddings('item-run').ids.length).toBe(50)
  store.close()
})
