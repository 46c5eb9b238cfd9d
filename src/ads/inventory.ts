import type { CatalogData } from '../features/snapshot.js'
import { BID_TYPES, CAMPAIGN_STATUS, PACINGS } from '../store/ad-codes.js'
import type { AdRow } from '../store/ads.js'
import type { Store } from '../store/store.js'
import { BitSetMaker } from './bit-sets.js'

export { BID_TYPES, CAMPAIGN_STATUS, PACINGS, type AdKind } from '../store/ad-codes.js'

/** Lists of ads: those of entry e are ads[offsets[e]] .. ads[offsets[e + 1] - 1]. */
export interface Lists {
  /** [entries + 1] */
  offsets: Uint32Array
  ads: Int32Array
}

/**
 * The ads of a workspace as flat typed arrays, made for millions of ads. Ad a has store id a + 1, campaign c store id
 * c + 1; indices of items, advertisers and categories are those of the catalog.
 */
export interface AdInventory {
  /** store.adsVersion() */
  version: number
  ads: number
  /** [ads] index of the campaign */
  campaign: Int32Array
  /** [ads] */
  advertiser: Int32Array
  /** [ads] the item of a shopping ad; -1: a standard ad */
  item: Int32Array
  /** [ads] a shopping ad's is its item's, else the deepest known level of the landing page's category; -1: unknown */
  category: Int32Array
  /** [ads] 1: the ad itself is paused */
  paused: Uint8Array
  campaigns: number
  /** [campaigns] code of CAMPAIGN_STATUS */
  status: Uint8Array
  /** [campaigns] in the currency of the data */
  bid: Float64Array
  /** [campaigns] code of BID_TYPES */
  bidType: Uint8Array
  /** [campaigns] Infinity: no limit */
  dailyBudget: Float64Array
  /** [campaigns] code of PACINGS */
  pacing: Uint8Array
  /** [campaigns] unix seconds, runs while starts <= t < ends; -Infinity and Infinity where open */
  starts: Float64Array
  ends: Float64Array
  /** countries that campaigns name */
  countries: readonly string[]
  /** [campaigns, bitWords(countries)] sets of them as bits; a row without a bit: everywhere */
  campaignCountries: Uint32Array
  /** policy flags that campaigns have */
  flags: readonly string[]
  /** [campaigns, bitWords(flags)] */
  campaignFlags: Uint32Array
  /** [campaigns] at most `cap` impressions a user in `capDays` days; 0: no limit */
  cap: Int32Array
  capDays: Int32Array
  /** [campaigns] not shown to who converted within so many days; 0: shown to all */
  excludeBuyersDays: Int32Array
  /** by item: its shopping ads, in order of id */
  ofItem: Lists
  /** by advertiser: standard ads, then shopping ads in order of item */
  ofAdvertiser: Lists
  /** some ads are derived from the catalog, not imported */
  derived: boolean
  /** ads of items or advertisers that the catalog, being older, does not have: they are in no list */
  unlisted: number
}

/** What an inventory reads of the catalog. */
export type InventoryCatalog = Pick<CatalogData, 'items' | 'advertisers' | 'categories' | 'itemCategory'>

/**
 * Reads all ads into memory, as they are at one moment, by one scan of the campaigns and one of the ads.
 * @param catalog of the same workspace; it may be older than the ads
 * @throws UserError when countries or flags are too many to be held
 */
export function loadInventory(store: Store, catalog: InventoryCatalog): AdInventory {
  return store.read(() => {
    const { ads, campaigns } = store.ads.counts()
    const columns = adColumns(store, ads, catalog)
    const ofItem = listsByItem(columns, catalog)
    const { item, advertiser } = columns
    const isUnlisted = (ad: number): boolean => item[ad] >= catalog.items || advertiser[ad] >= catalog.advertisers
    let unlisted = 0
    for (let ad = 0; ad < ads; ad++) if (isUnlisted(ad)) unlisted++
    return {
      version: store.adsVersion(),
      ads,
      ...columns,
      ...campaignColumns(store, campaigns),
      ofItem,
      ofAdvertiser: listsByAdvertiser(columns, ofItem, catalog),
      unlisted,
    }
  })
}

/** [campaigns] what each campaign has spent on a day. @param day days since 1970, UTC */
export function spentOn(store: Store, day: number): Float64Array {
  const spent = new Float64Array(store.ads.counts().campaigns)
  for (const [campaign, amount] of store.ads.spentOn(day)) spent[campaign - 1] = amount
  return spent
}

type AdColumns = Pick<AdInventory, 'campaign' | 'advertiser' | 'item' | 'category' | 'paused'>

function adColumns(store: Store, ads: number, catalog: InventoryCatalog): AdColumns {
  const columns = {
    campaign: new Int32Array(ads),
    advertiser: new Int32Array(ads),
    item: new Int32Array(ads),
    category: new Int32Array(ads),
    paused: new Uint8Array(ads),
  }
  const category = categoryFinder(catalog)
  for (const row of store.ads.scanAds()) {
    const [id, campaign, advertiser, item, , status] = row
    const ad = id - 1
    columns.campaign[ad] = campaign - 1
    columns.advertiser[ad] = advertiser - 1
    columns.item[ad] = item - 1
    columns.category[ad] = category(row)
    columns.paused[ad] = status === 'paused' ? 1 : 0
  }
  return columns
}

/** The index of an ad's category: its item's, or of its own path the deepest level that the catalog knows. */
function categoryFinder({ categories, itemCategory, items }: InventoryCatalog): (row: AdRow) => number {
  const index = new Map(categories.map((path, i) => [path, i]))
  const levels = items === 0 ? 0 : itemCategory.length / items
  const ofPath = (path: string): number => {
    const parts = path
      .split('/')
      .map((part) => part.trim())
      .filter((part) => part !== '')
    let category = -1
    for (let n = parts.length; n > 0 && category < 0; n--) category = index.get(parts.slice(0, n).join('/')) ?? -1
    return category
  }
  const found = new Map<string, number>()
  return ([, , , item, path]) => {
    if (item > 0 && item <= items)
      for (let level = levels - 1; level >= 0; level--) {
        const category = itemCategory[(item - 1) * levels + level]
        if (category >= 0) return category
      }
    if (path === null) return -1
    let own = found.get(path)
    if (own === undefined) found.set(path, (own = ofPath(path)))
    return own
  }
}

type CampaignColumns = Pick<
  AdInventory,
  | 'campaigns'
  | 'status'
  | 'bid'
  | 'bidType'
  | 'dailyBudget'
  | 'pacing'
  | 'starts'
  | 'ends'
  | 'countries'
  | 'campaignCountries'
  | 'flags'
  | 'campaignFlags'
  | 'cap'
  | 'capDays'
  | 'excludeBuyersDays'
  | 'derived'
>

function campaignColumns(store: Store, campaigns: number): CampaignColumns {
  const columns = {
    campaigns,
    status: new Uint8Array(campaigns),
    bid: new Float64Array(campaigns),
    bidType: new Uint8Array(campaigns),
    dailyBudget: new Float64Array(campaigns),
    pacing: new Uint8Array(campaigns),
    starts: new Float64Array(campaigns),
    ends: new Float64Array(campaigns),
    cap: new Int32Array(campaigns),
    capDays: new Int32Array(campaigns),
    excludeBuyersDays: new Int32Array(campaigns),
  }
  const countries = new BitSetMaker(campaigns)
  const flags = new BitSetMaker(campaigns)
  let derived = false
  for (const row of store.ads.scanCampaigns()) {
    const [id, status, bid, bidType, dailyBudget, pacing, starts, ends, inCountries, withFlags, ...more] = row
    const [cap, capDays, buyers, origin] = more
    const c = id - 1
    derived ||= origin === 'derived'
    columns.status[c] = CAMPAIGN_STATUS.indexOf(status)
    columns.bid[c] = bid
    columns.bidType[c] = BID_TYPES.indexOf(bidType)
    columns.dailyBudget[c] = dailyBudget ?? Infinity
    columns.pacing[c] = PACINGS.indexOf(pacing)
    columns.starts[c] = starts ?? -Infinity
    columns.ends[c] = ends ?? Infinity
    columns.cap[c] = cap ?? 0
    columns.capDays[c] = capDays ?? 0
    columns.excludeBuyersDays[c] = buyers ?? 0
    countries.set(c, inCountries)
    flags.set(c, withFlags)
  }
  return {
    ...columns,
    countries: countries.words,
    campaignCountries: countries.bits('countries'),
    flags: flags.words,
    campaignFlags: flags.bits('flags'),
    derived,
  }
}

function listsByItem({ item, advertiser }: AdColumns, { items, advertisers }: InventoryCatalog): Lists {
  const listed = (ad: number): boolean => item[ad] >= 0 && item[ad] < items && advertiser[ad] < advertisers
  const offsets = new Uint32Array(items + 1)
  for (let ad = 0; ad < item.length; ad++) if (listed(ad)) offsets[item[ad] + 1]++
  for (let i = 0; i < items; i++) offsets[i + 1] += offsets[i]
  const at = offsets.slice()
  const ads = new Int32Array(offsets[items])
  for (let ad = 0; ad < item.length; ad++) if (listed(ad)) ads[at[item[ad]]++] = ad
  return { offsets, ads }
}

function listsByAdvertiser({ item, advertiser }: AdColumns, ofItem: Lists, { advertisers }: InventoryCatalog): Lists {
  const offsets = new Uint32Array(advertisers + 1)
  const isStandard = (ad: number): boolean => item[ad] < 0 && advertiser[ad] < advertisers
  for (let ad = 0; ad < item.length; ad++) if (isStandard(ad)) offsets[advertiser[ad] + 1]++
  for (const ad of ofItem.ads) offsets[advertiser[ad] + 1]++
  for (let a = 0; a < advertisers; a++) offsets[a + 1] += offsets[a]
  const at = offsets.slice()
  const ads = new Int32Array(offsets[advertisers])
  for (let ad = 0; ad < item.length; ad++) if (isStandard(ad)) ads[at[advertiser[ad]]++] = ad
  for (const ad of ofItem.ads) ads[at[advertiser[ad]]++] = ad
  return { offsets, ads }
}
