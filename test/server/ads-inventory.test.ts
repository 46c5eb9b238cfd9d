import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { loadInventory } from '../../src/ads/inventory.js'
import { silent } from '../../src/core/progress.js'
import { buildSnapshot } from '../../src/features/snapshot-build.js'
import { shelfOrder } from '../../src/funnel/shelf.js'
import { AdsInventory, StaleInventory } from '../../src/server/ads-inventory.js'
import { ad, campaign } from '../store/made-ads.js'
import { temporaryFolder, temporaryStore } from '../store/temporary-store.js'

const NOON = 1_600_000_000
/** More than are loaded in place. */
const ADS = 20_500

/** A store of many ads of 100 items, in one campaign, and their inventory as a server holds it. */
function many() {
  const folder = temporaryFolder()
  const store = temporaryStore(folder)
  const writer = store.writer()
  const shop = writer.advertiser('shop')
  for (let i = 0; i < 100; i++)
    writer.setItem(writer.item(`i${i}`), { advertiser: shop, price: i, title: `thing ${i}` })
  const of = writer.ads.putCampaign('c', campaign(shop))
  for (let n = 0; n < ADS; n++) writer.ads.putAd(`ad${n}`, ad(of, shop, { item: (n % 100) + 1, title: null }))
  writer.commit()
  const catalog = buildSnapshot(store, silent)
  const lately = Float32Array.from({ length: 100 }, (_, i) => i % 7)
  const failures: unknown[] = []
  const source = { folder, store, catalog, lately }
  const inventory = new AdsInventory(source, (_what, error) => failures.push(error))
  const change = (): void => {
    const more = store.writer()
    more.ads.putAd(`ad${store.ads.counts().ads}`, ad(of, shop, { item: 1, title: 'new' }))
    more.commit()
  }
  return { ...source, inventory, change, failures }
}

test('many changed ads are loaded beside those that are answered with, and swapped in whole', async () => {
  const { store, catalog, lately, inventory, change, failures } = many()
  const before = inventory.now(NOON)
  expect(before.inventory.ads).toBe(ADS)
  change()
  await sleep(1100)
  // the look that finds them waits for nothing
  expect(inventory.now(NOON)).toBe(before)
  while (inventory.now(NOON) === before) await sleep(20)
  const after = inventory.now(NOON)
  const expected = loadInventory(store, catalog)
  expect(after.inventory).toEqual(expected)
  expect(after.inventory.ads).toBe(ADS + 1)
  expect(after.order).toEqual(shelfOrder(expected, lately))
  expect(failures).toEqual([])
})

test('ads that the store calls otherwise by now are loaded before they are named', async () => {
  const { inventory, change, store } = many()
  const { inventory: held } = inventory.now(NOON)
  expect(inventory.named(held, [3])).toEqual([
    {
      ad: 'ad3',
      kind: 'shopping',
      advertiser: 'shop',
      advertiserName: null,
      item: 'i3',
      title: 'thing 3',
      price: 3,
    },
  ])
  expect(() => inventory.named({ ...held, item: held.item.map(() => 0) }, [3])).toThrow(StaleInventory)
  change()
  await inventory.renew()
  const { inventory: renewed } = inventory.now(NOON)
  expect(renewed.version).toBe(store.adsVersion())
  expect(inventory.named(renewed, [ADS])[0]).toMatchObject({ ad: `ad${ADS}`, item: 'i0', title: 'new' })
})
