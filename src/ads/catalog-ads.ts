import type { CatalogData } from '../features/snapshot.js'
import { CAMPAIGN_STATUS, PACINGS, type AdInventory, type Lists } from './inventory.js'

/**
 * An inventory with a standard ad of every advertiser named, then a shopping ad of every item, all open to everyone at
 * one bid: what the funnel is judged with, where every entry of the catalog can be found.
 * @param items @param advertisers indices of the snapshot, ascending; without them all are named
 */
export function catalogAds(
  { items: allItems, advertisers: allAdvertisers, itemAdvertiser, itemCategory }: CatalogData,
  { items = upTo(allItems), advertisers = upTo(allAdvertisers) }: { items?: Int32Array; advertisers?: Int32Array } = {},
): AdInventory {
  const ads = advertisers.length + items.length
  const item = new Int32Array(ads).fill(-1)
  const advertiser = new Int32Array(ads)
  advertiser.set(advertisers)
  item.set(items, advertisers.length)
  items.forEach((id, i) => (advertiser[advertisers.length + i] = itemAdvertiser[id]))
  const levels = itemCategory.length / Math.max(1, allItems)
  const category = item.map((id) => {
    for (let level = levels - 1; id >= 0 && level >= 0; level--)
      if (itemCategory[id * levels + level] >= 0) return itemCategory[id * levels + level]
    return -1
  })
  return {
    version: 0,
    ads,
    campaign: new Int32Array(ads),
    advertiser,
    item,
    category,
    paused: new Uint8Array(ads),
    campaigns: 1,
    status: Uint8Array.of(CAMPAIGN_STATUS.indexOf('active')),
    bid: Float64Array.of(1),
    bidType: Uint8Array.of(0),
    dailyBudget: Float64Array.of(Infinity),
    pacing: Uint8Array.of(PACINGS.indexOf('fast')),
    starts: Float64Array.of(-Infinity),
    ends: Float64Array.of(Infinity),
    countries: [],
    campaignCountries: new Uint32Array(0),
    flags: [],
    campaignFlags: new Uint32Array(0),
    cap: Int32Array.of(0),
    capDays: Int32Array.of(0),
    excludeBuyersDays: Int32Array.of(0),
    ofItem: listsOf(item, allItems),
    ofAdvertiser: listsOf(advertiser, allAdvertisers),
    derived: true,
    unlisted: 0,
  }
}

/** The ads of every entry, in order of index. @param entryOf entry of every ad, -1: of none */
export function listsOf(entryOf: Int32Array, entries: number): Lists {
  const offsets = new Uint32Array(entries + 1)
  for (const entry of entryOf) if (entry >= 0) offsets[entry + 1]++
  for (let e = 0; e < entries; e++) offsets[e + 1] += offsets[e]
  const next = offsets.slice()
  const ads = new Int32Array(offsets[entries])
  entryOf.forEach((entry, ad) => {
    if (entry >= 0) ads[next[entry]++] = ad
  })
  return { offsets, ads }
}

const upTo = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)
