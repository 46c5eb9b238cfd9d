import type { AdInventory } from '../ads/inventory.js'
import type { Kind } from '../config/schema.js'
import type { UserRules } from './eligibility.js'
import type { Tables } from './tables.js'

/** The ads of items and advertisers, in the order in which they are offered. */
export class Shelf {
  /** of each advertiser: standard ads by bid, then shopping ads by conversions of their items in 30 days */
  private readonly ofAdvertiser: Int32Array
  /** of each item by bid */
  private readonly ofItem: Int32Array

  constructor(
    readonly inventory: AdInventory,
    tables: Pick<Tables, 'items'>,
  ) {
    const { bid, campaign, item, ofItem, ofAdvertiser } = inventory
    const byBid = (a: number, b: number): number => bid[campaign[b]] - bid[campaign[a]] || a - b
    const { lately } = tables.items
    const shown = (a: number, b: number): number => {
      if (item[a] < 0 || item[b] < 0) return item[a] < 0 && item[b] < 0 ? byBid(a, b) : item[a] < 0 ? -1 : 1
      return lately[item[b]] - lately[item[a]] || byBid(a, b)
    }
    this.ofItem = sorted(ofItem, byBid)
    this.ofAdvertiser = sorted(ofAdvertiser, shown)
  }

  /**
   * The ads to offer for an entry: of an item the one with the highest bid; of an advertiser the best standard ad and
   * `shopping` ads of its most popular items. Those that may not be shown make room for the next.
   */
  offer(level: Kind, entry: number, rules: UserRules, shopping: number): number[] {
    const { ofItem, ofAdvertiser, item } = this.inventory
    const [lists, ads] = level === 'item' ? [ofItem, this.ofItem] : [ofAdvertiser, this.ofAdvertiser]
    const out: number[] = []
    let room = level === 'item' ? 1 : shopping
    let standard = level === 'item' ? 0 : 1
    for (let i = lists.offsets[entry]; i < lists.offsets[entry + 1] && room + standard > 0; i++) {
      const ad = ads[i]
      const isShopping = item[ad] >= 0
      if ((isShopping ? room : standard) === 0 || !rules.allows(ad)) continue
      out.push(ad)
      if (isShopping) room--
      else standard--
    }
    return out
  }
}

function sorted({ offsets, ads }: AdInventory['ofItem'], order: (a: number, b: number) => number): Int32Array {
  const out = ads.slice()
  for (let e = 0; e + 1 < offsets.length; e++)
    if (offsets[e + 1] - offsets[e] > 1) out.subarray(offsets[e], offsets[e + 1]).sort(order)
  return out
}
