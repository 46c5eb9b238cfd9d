import { catalogAds } from '../ads/catalog-ads.js'
import { loadInventory, spentOn, type AdInventory } from '../ads/inventory.js'
import type { CatalogData } from '../features/snapshot.js'
import type { AdsNow } from '../funnel/eligibility.js'
import type { AdRecord } from '../store/ads.js'
import type { Store } from '../store/store.js'

const DAY = 86_400
/** Milliseconds between two looks whether the ads have changed. */
const LOOK_MS = 1000

/** An ad by the names it has outside; a shopping ad without a title has its item's. */
export type NamedAd = Pick<AdRecord, 'externalId' | 'title'>

/** The store has other ads by now than the inventory that a request was answered with. */
export class StaleInventory extends Error {}

/**
 * The ads of a workspace in memory, loaded again when they have changed, with what campaigns have spent on the day of
 * the clock. A workspace without ads has one of every advertiser and every item, named as `adseq ads derive` does.
 */
export class AdsInventory {
  private made: { now: AdsNow; version: number; day: number } | undefined
  private looked = -Infinity

  /** @param catalog as the generation knows it */
  constructor(
    private readonly store: Store,
    private readonly catalog: CatalogData,
  ) {}

  /** Call it between requests: within one, everything is of one inventory. @param clock unix seconds */
  now(clock: number): AdsNow {
    const day = Math.floor(clock / DAY)
    const { made, store } = this
    if (made && made.day === day && performance.now() - this.looked < LOOK_MS) return made.now
    this.looked = performance.now()
    const version = store.adsVersion()
    if (made && made.day === day && made.version === version) return made.now
    const inventory = made?.version === version ? made.now.inventory : this.load()
    const spent = this.isOwn(inventory) ? spentOn(store, day) : new Float64Array(inventory.campaigns)
    this.made = { now: { inventory, spent }, version, day }
    return this.made.now
  }

  /** Looks anew when it is next asked. */
  forget(): void {
    this.looked = -Infinity
  }

  /** @param ad index in the inventory @throws StaleInventory where the store has another ad of that number by now */
  name(inventory: AdInventory, ad: number): NamedAd {
    if (this.isOwn(inventory)) {
      const record = this.store.ads.adById(ad + 1)
      const same =
        record && (record.item ?? 0) === inventory.item[ad] + 1 && record.advertiser === inventory.advertiser[ad] + 1
      if (!same) throw new StaleInventory(`ad ${ad + 1} is another one by now`)
      return record
    }
    const item = inventory.item[ad]
    return item >= 0
      ? { externalId: `shopping:${this.store.item(item + 1)!.externalId}`, title: null }
      : { externalId: `standard:${this.store.advertiser(inventory.advertiser[ad] + 1)!.externalId}`, title: null }
  }

  /** Index in the inventory, or undefined for an ad that it does not hold. */
  indexOf(inventory: AdInventory, externalId: string): number | undefined {
    if (this.isOwn(inventory)) return within(this.store.ads.ad(externalId)?.id, inventory.ads)
    const [, kind, name] = /^(standard|shopping):(.*)$/s.exec(externalId) ?? []
    const { advertisers, items } = this.catalog
    if (kind === 'standard') return within(this.store.advertiserId(name), advertisers)
    const item = kind === 'shopping' ? within(this.store.itemId(name), items) : undefined
    return item === undefined ? undefined : advertisers + item
  }

  private load(): AdInventory {
    const { store, catalog } = this
    if (store.ads.counts().ads > 0) return loadInventory(store, catalog)
    const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)
    return catalogAds(catalog, { items: all(catalog.items), advertisers: all(catalog.advertisers) })
  }

  /** Does the store hold these ads? Version 0 is before the first. */
  private isOwn({ version, campaigns }: AdInventory): boolean {
    return version > 0 && campaigns > 0
  }
}

/** Store id -> index, or undefined where it is past the end. */
const within = (id: number | undefined, n: number): number | undefined =>
  id === undefined || id > n ? undefined : id - 1
