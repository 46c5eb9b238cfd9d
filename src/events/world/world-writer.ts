import type { BulkWriter } from '../../store/writer.js'
import { storeAd } from '../import/ad-store.js'
import { worldAds } from './ads.js'
import { categoryOf, titles } from './catalog.js'
import { attributesOf, demographicsOf } from './demographics.js'
import type { EventColumns } from './event-table.js'
import { advertiserName } from './names.js'
import type { World } from './user-state.js'

/** Names a world's users, items and advertisers, and writes them and their events into a store. */
export class WorldWriter {
  private readonly users: Int32Array
  private readonly items: Int32Array
  private readonly advertisers: Int32Array

  /** @param prefix goes before every external id */
  constructor(
    private readonly writer: BulkWriter,
    private readonly world: World,
    private readonly prefix: string,
  ) {
    this.users = new Int32Array(world.knobs.users)
    this.items = new Int32Array(world.catalog.items)
    this.advertisers = new Int32Array(world.catalog.advertisers)
  }

  /** Names all advertisers and items. A second time it finds their ids; `describe` is for the first. */
  catalog(): void {
    for (let a = 0; a < this.advertisers.length; a++) this.advertisers[a] = this.writer.advertiser(this.name('a', a))
    for (let i = 0; i < this.items.length; i++) this.items[i] = this.writer.item(this.name('i', i))
  }

  /** Writes names, titles, categories, prices and launch times. */
  describe(): void {
    const { catalog, seed } = this.world
    this.advertisers.forEach((id, a) => this.writer.setAdvertiser(id, { name: advertiserName(seed, a) }))
    let i = 0
    for (const title of titles(catalog, seed)) {
      this.writer.setItem(this.items[i], {
        advertiser: this.advertisers[catalog.itemAdvertiser[i]],
        category: categoryOf(catalog.itemCategory[i]).path,
        price: Number(catalog.itemPrice[i].toFixed(2)),
        title,
        launched: catalog.itemLaunch[i],
      })
      i++
    }
  }

  /** Writes the campaigns and their ads. */
  ads(): void {
    for (const ad of worldAds(this.world, this.prefix)) {
      const refused = storeAd(this.writer, ad, 'world')
      if (refused !== undefined) throw new Error(`ad ${ad.ad} of the world: ${refused}`)
    }
  }

  /** Appends the events of some users. A user enters the store with their first event, and with who they are. */
  events(events: EventColumns): void {
    for (let row = 0; row < events.length; row++) {
      const user = events.user[row]
      const item = events.item[row]
      const advertiser = events.advertiser[row]
      if (this.users[user] === 0) {
        this.users[user] = this.writer.user(this.name('u', user))
        this.writer.setUser(this.users[user], attributesOf(demographicsOf(this.world.seed, user)))
      }
      this.writer.event({
        user: this.users[user],
        item: item < 0 ? 0 : this.items[item],
        advertiser: advertiser < 0 ? 0 : this.advertisers[advertiser],
        type: events.type[row],
        domain: events.domain[row],
        time: events.time[row],
      })
    }
  }

  /** u1, i1, a1 are the first. */
  private name(kind: string, index: number): string {
    return `${this.prefix}${kind}${index + 1}`
  }
}
