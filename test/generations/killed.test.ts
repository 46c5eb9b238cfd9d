import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openGeneration } from '../../src/generations/open.js'
import { verifyGeneration } from '../../src/generations/files.js'
import { openStore } from '../../src/store/open.js'
import { runChild } from '../fixtures/child.js'
import { unitVector } from '../embed/counting-tower.js'
import { smallStore, temporaryFolder } from '../embed/small-workspace.js'
import { bestItems } from './asking.js'

it('index killed with SIGKILL at any stage leaves a generation that is whole, and the next build sweeps the rest', async () => {
  const folder = temporaryFolder()
  const indexFolder = join(folder, 'index')
  const store = smallStore(
    folder,
    Array.from({ length: 300 }, (_, i) => [1, i + 1, 1_500_000_000 + i]),
  )
  store.setWatermark('item-run', 300)
  const query = unitVector(8, 42)
  const served = async () => {
    const row = store.currentGeneration()!
    await verifyGeneration(indexFolder, row)
    return { id: row.id, items: (await bestItems(await openGeneration(indexFolder, row), query, 10)).items }
  }
  await runChild(new URL('./index-child.ts', import.meta.url), [folder, '1'])
  const first = await served()

  for (const stage of ['encode 0', 'build the index', 'before publishing']) {
    const { signal } = await runChild(new URL('./index-child.ts', import.meta.url), [folder, '2'], stage)
    expect([stage, signal]).toEqual([stage, 'SIGKILL'])
    expect(await served()).toEqual(first)
    expect(readdirSync(indexFolder).length).toBeGreaterThan(1)
  }
  // killed right after the transaction: the new one is served, whole
  await runChild(new URL('./index-child.ts', import.meta.url), [folder, '2'], 'after publishing')
  const second = await served()
  expect(second.id).not.toBe(first.id)
  expect(second.items).not.toEqual(first.items)

  const { lines } = await runChild(new URL('./index-child.ts', import.meta.url), [folder, '3'])
  expect(readdirSync(indexFolder).sort()).toEqual([first.id, second.id, lines.at(-1)].sort())
  expect(openStore(folder, { readonly: true }).currentGeneration()!.id).toBe(lines.at(-1))
  store.close()
})
