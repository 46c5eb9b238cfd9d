import { EVENT_TYPES } from '../../store/event-types.js'
import { IdSet } from './id-set.js'
import type { AdDraft, ItemDraft, Sink } from './sink.js'

/** What a set of files holds. */
export interface Census {
  /** events by type */
  events: Record<string, number>
  users: number
  /** items of the events and of the catalog */
  items: number
  advertisers: number
  /** whether the catalog knows what they speak of is told by an import alone */
  ads: number
  campaigns: number
  impressions: number
  /** times of the first and of the last event, ISO 8601; undefined without events */
  first?: string
  last?: string
  /** of the items that events speak of, the share that has each; undefined without such items */
  coverage?: { catalog: number; advertiser: number; category: number; price: number; title: number }
  /** users of the events that have attributes */
  usersWithAttributes: number
}

const BITS = { events: 1, catalog: 2, advertiser: 4, category: 8, price: 16, title: 32 }

/** Counts what rows hold, in memory that grows with users and items, not with rows. */
export class CensusSink implements Sink {
  private readonly users = new IdSet()
  private readonly items = new IdSet()
  private readonly advertisers = new IdSet()
  private readonly ads = new IdSet()
  private readonly campaigns = new IdSet()
  private impressions = 0
  private flags = new Uint8Array(1 << 12)
  private userFlags = new Uint8Array(1 << 12)
  private readonly types = new Float64Array(EVENT_TYPES.length)
  private first = Infinity
  private last = -Infinity

  event({ user, item, advertiser, type, time, category, price, title }: Parameters<Sink['event']>[0]): void {
    this.types[type]++
    if (time < this.first) this.first = time
    if (time > this.last) this.last = time
    const owner = this.users.add(user)
    this.userFlags = room(this.userFlags, owner)
    this.userFlags[owner] |= BITS.events
    if (advertiser !== '') this.advertisers.add(advertiser)
    if (item === '') return
    const number = this.items.add(item)
    this.flags = room(this.flags, number)
    const known = this.flags[number]
    // as in the store: what a row says of its item is taken when the item is new
    this.flags[number] =
      known |
      BITS.events |
      (known === 0 || advertiser !== ''
        ? describe({ advertiser: advertiser || undefined, ...(known === 0 ? { category, price, title } : {}) })
        : 0)
  }

  item(id: string, fields: ItemDraft): void {
    const number = this.items.add(id)
    this.flags = room(this.flags, number)
    this.flags[number] |= BITS.catalog | describe(fields)
    if (fields.advertiser) this.advertisers.add(fields.advertiser)
  }

  user(id: string, attributes: Record<string, string>): void {
    const number = this.users.add(id)
    this.userFlags = room(this.userFlags, number)
    if (Object.keys(attributes).length > 0) this.userFlags[number] |= BITS.catalog
  }

  advertiser(id: string): void {
    this.advertisers.add(id)
  }

  ad({ ad, campaign }: AdDraft): undefined {
    this.ads.add(ad)
    this.campaigns.add(campaign || ad)
  }

  impression(): undefined {
    this.impressions++
  }

  result(): Census {
    const events = Object.fromEntries(
      Array.from(this.types, (n, code) => [EVENT_TYPES[code], n] as const).filter(([, n]) => n > 0),
    )
    const seen = (flags: Uint8Array, n: number, bits: number): number =>
      flags.subarray(0, n).reduce((sum, flag) => sum + ((flag & bits) === bits ? 1 : 0), 0)
    const touched = seen(this.flags, this.items.count, BITS.events)
    const share = (bit: number): number => seen(this.flags, this.items.count, BITS.events | bit) / touched
    return {
      events,
      users: this.users.count,
      items: this.items.count,
      advertisers: this.advertisers.count,
      ads: this.ads.count,
      campaigns: this.campaigns.count,
      impressions: this.impressions,
      ...(this.last > -Infinity ? { first: iso(this.first), last: iso(this.last) } : {}),
      ...(touched > 0
        ? {
            coverage: {
              catalog: share(BITS.catalog),
              advertiser: share(BITS.advertiser),
              category: share(BITS.category),
              price: share(BITS.price),
              title: share(BITS.title),
            },
          }
        : {}),
      usersWithAttributes: seen(this.userFlags, this.users.count, BITS.events | BITS.catalog),
    }
  }
}

const iso = (time: number): string => new Date(time * 1000).toISOString().replace('.000Z', 'Z')

function describe({ advertiser, category, price, title }: ItemDraft): number {
  return (
    (advertiser ? BITS.advertiser : 0) |
    (category ? BITS.category : 0) |
    (price === undefined ? 0 : BITS.price) |
    (title ? BITS.title : 0)
  )
}

function room(flags: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  if (index < flags.length) return flags as Uint8Array<ArrayBuffer>
  const more = new Uint8Array(flags.length * 2)
  more.set(flags)
  return more
}
