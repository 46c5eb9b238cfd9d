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
   * Writes the ads to offer for an entry: of an item the one with the highest bid; of an advertiser the best standard
   * ad and `shopping` ads of its most popular items. Those that may not be shown make room for the next.
   * @param out where they are written, from `at` on, as far as it reaches @returns where they end
   */
  offer(level: Kind, entry: number, rules: UserRules, shopping: number, out: Int32Array, at: number): number {
    const { ofItem, ofAdvertiser, item } = this.inventory
    const ofItems = level === 'item'
    const { offsets } = ofItems ? ofItem : ofAdvertiser
    const ads = ofItems ? this.ofItem : this.ofAdvertiser
    let room = ofItems ? 1 : shopping
    let standard = ofItems ? 0 : 1
    const end = offsets[entry + 1]
    for (let i = offsets[entry]; i < end && room + standard > 0 && at < out.length; i++) {
      const ad = ads[i]
      const isShopping = item[ad] >= 0
      if ((isShopping ? room : standard) === 0 || !rules.allows(ad)) continue
      out[at++] = ad
      if (isShopping) room--
      else standard--
    }
    return at
  }
}

function sorted({ offsets, ads }: AdInventory['ofItem'], order: (a: number, b: number) => number): Int32Array {
  const out = ads.slice()
  for (let e = 0; e + 1 < offsets.length; e++)
    if (offsets[e + 1] - offsets[e] > 1) out.subarray(offsets[e], offsets[e + 1]).sort(order)
  return out
}
