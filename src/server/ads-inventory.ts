import { catalogAds } from '../ads/catalog-ads.js'
import { loadInventory, spentOn, type AdInventory, type InventoryCatalog } from '../ads/inventory.js'
import { withThread, type Thread } from '../core/thread.js'
import { DAY } from '../core/time.js'
import type { CatalogData } from '../features/snapshot.js'
import type { AdsNow } from '../funnel/eligibility.js'
import { shelfOrder } from '../funnel/shelf.js'
import type { Store } from '../store/store.js'
import type { InventoryThread, LoadedAds } from './inventory-thread.js'

/** Milliseconds between two looks whether the ads have changed. */
const LOOK_MS = 1000
/** Ads that are loaded in less time than a thread takes to start. */
const FEW = 20_000

/** An ad by the names it has outside. */
export interface NamedAd {
  ad: string
  kind: 'standard' | 'shopping'
  advertiser: string | null
  advertiserName: string | null
  item?: string
  /** of the ad, else of its item, else the name of its advertiser */
  title: string | null
  price?: number
}

/** The store has other ads by now than the inventory that a request was answered with. */
export class StaleInventory extends Error {}

/** What the ads are loaded from. */
export interface InventorySource {
  /** the workspace */
  folder: string
  store: Store
  /** as the generation knows it */
  catalog: CatalogData
  /** [items] what grows with the conversions of an item in 30 days: the order of an advertiser's ads */
  lately: Float32Array
}

/**
 * The ads of a workspace in memory, loaded again when they have changed, with what campaigns have spent on the day of
 * the clock. Many ads are loaded in a thread of their own, and those before are answered with meanwhile. A workspace
 * without ads has one of every advertiser and every item, named as `adseq ads derive` does.
 */
export class AdsInventory {
  private made: { now: AdsNow; day: number } | undefined
  /** store.adsVersion() that `made` was loaded at: before the first ads it is 0 */
  private version = -1
  private looked = -Infinity
  /** days that a frequency cap of any campaign looks back, 0 where there is none */
  longestCapDays = 0
  private loading: Promise<void> | undefined

  /** @param onFailure told when changed ads cannot be loaded: those before are answered with, and it is tried again */
  constructor(
    private readonly source: InventorySource,
    private readonly onFailure: (what: string, error: unknown) => void = () => {},
  ) {}

  /** Call it between requests: within one, everything is of one inventory. @param clock unix seconds */
  now(clock: number): AdsNow {
    const day = Math.floor(clock / DAY)
    const { made } = this
    if (made && made.day === day && performance.now() - this.looked < LOOK_MS) return made.now
    this.looked = performance.now()
    const { store } = this.source
    const version = store.adsVersion()
    if (made && version !== this.version && store.ads.counts().ads > FEW)
      this.loadBeside().catch((error: unknown) => this.onFailure('loading the changed ads', error))
    else if (!made || version !== this.version) this.keep(this.load(), version, day)
    else if (made.day !== day) this.keep(made.now, version, day)
    return this.made!.now
  }

  /** Loads the ads as they are now, where they have changed. @throws when they cannot be read */
  async renew(): Promise<void> {
    if (this.loading) await this.loading
    this.looked = -Infinity
    const { store } = this.source
    if (store.adsVersion() !== this.version && store.ads.counts().ads > FEW) await this.loadBeside()
  }

  /** @param ads indices in the inventory @throws StaleInventory where the store has other ads by now */
  named(inventory: AdInventory, ads: readonly number[]): NamedAd[] {
    const { store } = this.source
    if (!this.isOwn(inventory)) return ads.map((ad) => this.madeUp(inventory, ad))
    return store.ads.cards(ads.map((ad) => ad + 1)).map((card, i) => {
      const ad = ads[i]
      if (card?.[2] !== inventory.item[ad] + 1 || card[3] !== inventory.advertiser[ad] + 1)
        throw new StaleInventory(`ad ${ad + 1} is another one by now`)
      const [externalId, title, , , item, itemTitle, price, advertiser, advertiserName] = card
      return {
        ad: externalId,
        kind: item === null ? 'standard' : 'shopping',
        advertiser,
        advertiserName,
        ...(item !== null && { item }),
        title: title ?? itemTitle ?? advertiserName,
        ...(price !== null && { price }),
      }
    })
  }

  /** Index in the inventory, or undefined for an ad that it does not hold. */
  indexOf(inventory: AdInventory, externalId: string): number | undefined {
    const { store, catalog } = this.source
    if (this.isOwn(inventory)) return within(store.ads.ad(externalId)?.id, inventory.ads)
    const [, kind, name] = /^(standard|shopping):(.*)$/s.exec(externalId) ?? []
    const { advertisers, items } = catalog
    if (kind === 'standard') return within(store.advertiserId(name), advertisers)
    const item = kind === 'shopping' ? within(store.itemId(name), items) : undefined
    return item === undefined ? undefined : advertisers + item
  }

  /** An ad of the catalog, where the workspace has none. */
  private madeUp({ item: itemOf, advertiser }: AdInventory, ad: number): NamedAd {
    const { store } = this.source
    const item = itemOf[ad] < 0 ? undefined : store.item(itemOf[ad] + 1)!
    const seller = advertiser[ad] < 0 ? undefined : store.advertiser(advertiser[ad] + 1)
    return {
      ad: item ? `shopping:${item.externalId}` : `standard:${seller!.externalId}`,
      kind: item ? 'shopping' : 'standard',
      advertiser: seller?.externalId ?? null,
      advertiserName: seller?.name ?? null,
      ...(item && { item: item.externalId }),
      title: item?.title ?? seller?.name ?? null,
      ...(item?.price !== undefined && { price: item.price }),
    }
  }

  private keep({ inventory, order }: Omit<AdsNow, 'spent'>, version: number, day: number): void {
    const spent = this.isOwn(inventory) ? spentOn(this.source.store, day) : new Float64Array(inventory.campaigns)
    this.made = { now: { inventory, order, spent }, day }
    this.longestCapDays = inventory.capDays.reduce((most, one) => Math.max(most, one), 0)
    this.version = version
  }

  private load(): LoadedAds {
    const { store, catalog, lately } = this.source
    const inventory = store.ads.counts().ads > 0 ? loadInventory(store, catalog) : catalogAds(catalog)
    return { inventory, order: shelfOrder(inventory, lately) }
  }

  /** One at a time; swapped in when it is whole. */
  private loadBeside(): Promise<void> {
    this.loading ??= this.loadInThread().finally(() => {
      this.loading = undefined
    })
    return this.loading
  }

  private async loadInThread(): Promise<void> {
    const { folder, catalog, lately } = this.source
    const { items, advertisers, categories, itemCategory } = catalog
    const read: InventoryCatalog = { items, advertisers, categories, itemCategory }
    const url = new URL('./inventory-thread', import.meta.url)
    await withThread(url, undefined, async (thread: Thread<InventoryThread>) => {
      const loaded = await thread.ask('load', { folder, catalog: read, lately })
      this.keep(loaded, loaded.inventory.version, this.made!.day)
    })
  }

  /** Does the store hold these ads? Version 0 is before the first. */
  private isOwn({ version, campaigns }: AdInventory): boolean {
    return version > 0 && campaigns > 0
  }
}

/** Store id -> index, or undefined where it is past the end. */
const within = (id: number | undefined, n: number): number | undefined =>
  id === undefined || id > n ? undefined : id - 1
