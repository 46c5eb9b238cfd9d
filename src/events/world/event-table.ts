import { DOMAINS, EVENT_TYPES, type Domain, type EventType } from '../../store/event-types.js'

const TYPE_CODE = Object.fromEntries(EVENT_TYPES.map((name, code) => [name, code])) as Record<EventType, number>
const DOMAIN_CODE = Object.fromEntries(DOMAINS.map((name, code) => [name, code])) as Record<Domain, number>

/** The columns of a table, as they are sent from one thread to another. */
export type EventColumns = Pick<EventTable, 'length' | 'user' | 'item' | 'advertiser' | 'type' | 'domain' | 'time'>

/** Events as columns that grow. Users, items and advertisers are the world's own indices; -1 = none. */
export class EventTable {
  length = 0
  user = new Int32Array(1024)
  item = new Int32Array(1024)
  advertiser = new Int32Array(1024)
  /** codes as stored */
  type = new Uint8Array(1024)
  domain = new Uint8Array(1024)
  /** unix seconds */
  time = new Uint32Array(1024)

  add(user: number, item: number, advertiser: number, type: EventType, domain: Domain, time: number): void {
    const n = this.length
    if (n === this.time.length) this.grow()
    this.user[n] = user
    this.item[n] = item
    this.advertiser[n] = advertiser
    this.type[n] = TYPE_CODE[type]
    this.domain[n] = DOMAIN_CODE[domain]
    this.time[n] = time
    this.length++
  }

  private grow(): void {
    const larger = <T extends Int32Array | Uint8Array | Uint32Array>(old: T): T => {
      const array = new (old.constructor as new (n: number) => T)(old.length * 2)
      array.set(old)
      return array
    }
    this.user = larger(this.user)
    this.item = larger(this.item)
    this.advertiser = larger(this.advertiser)
    this.type = larger(this.type)
    this.domain = larger(this.domain)
    this.time = larger(this.time)
  }
}
