/** Ads of every item, of every advertiser: entry e's are ads[offsets[e] .. offsets[e + 1]]. */
export interface Lists {
  offsets: Uint32Array
  ads: Int32Array
}

/** A standard ad promotes anything of its advertiser, a shopping ad one item. */
export type AdKind = 'standard' | 'shopping'

/** Codes of a campaign's status, of its kind of bid, of its pacing. */
export const CAMPAIGN_STATUS = ['active', 'paused', 'ended'] as const
export const BID_TYPES = ['action', 'click', 'impression'] as const
export const PACING = ['even', 'fast'] as const

/** Every ad with its campaign, as flat typed arrays. Ad a has store id a + 1. */
export interface AdInventory {
  /** raised by every change of ads, campaigns and spend */
  version: number
  ads: number
  /** [ads] index of the campaign */
  campaign: Int32Array
  /** [ads] index of the advertiser in the snapshot */
  advertiser: Int32Array
  /** [ads] index of the item that a shopping ad promotes, -1: a standard ad */
  item: Int32Array
  /** [ads] index into the catalog's categories, of the landing page or of the item; -1 */
  category: Int32Array
  /** [ads] 1: the ad itself is paused */
  paused: Uint8Array
  campaigns: number
  /** [campaigns] codes of CAMPAIGN_STATUS */
  status: Uint8Array
  /** [campaigns] in the data's currency; per 1,000 where it is for impressions */
  bid: Float64Array
  bidType: Uint8Array
  /** Infinity: none */
  dailyBudget: Float64Array
  pacing: Uint8Array
  /** unix seconds; -Infinity and Infinity where open */
  starts: Float64Array
  ends: Float64Array
  countries: readonly string[]
  /** [campaigns, words] bit sets over `countries`; none set: everywhere */
  campaignCountries: Uint32Array
  flags: readonly string[]
  /** [campaigns, words] bit sets over `flags` */
  campaignFlags: Uint32Array
  /** [campaigns] at most `cap` impressions a user in `capDays` days; 0: no cap */
  cap: Int32Array
  capDays: Int32Array
  /** [campaigns] users who converted within so many days do not see it; 0: they do */
  excludeBuyersDays: Int32Array
  ofItem: Lists
  /** standard ads first, then shopping ads in order of item */
  ofAdvertiser: Lists
  /** some were made from the catalog by `adseq ads derive` */
  derived: boolean
}
