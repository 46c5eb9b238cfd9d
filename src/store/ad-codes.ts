/** What a campaign is doing; an ended one will not run again. */
export const CAMPAIGN_STATUS = ['active', 'paused', 'ended'] as const
export type CampaignStatus = (typeof CAMPAIGN_STATUS)[number]

/** An ad may be paused within a campaign that runs. */
export const AD_STATUS = ['active', 'paused'] as const
export type AdStatus = (typeof AD_STATUS)[number]

/** What a bid is paid for: a conversion, a click, or 1,000 impressions. */
export const BID_TYPES = ['action', 'click', 'impression'] as const
export type BidType = (typeof BID_TYPES)[number]

/** How a daily budget is spent: over the whole day, or as fast as it can be. */
export const PACINGS = ['even', 'fast'] as const
export type Pacing = (typeof PACINGS)[number]

/** Where campaigns come from: a file, the catalog (adseq ads derive), or a generated world. */
export const ORIGINS = ['imported', 'derived', 'world'] as const
export type Origin = (typeof ORIGINS)[number]

/** Where impressions come from. */
export const IMPRESSION_SOURCES = ['imported', 'simulated'] as const
export type ImpressionSource = (typeof IMPRESSION_SOURCES)[number]

/** A standard ad promotes anything of its advertiser, a shopping ad one item of the catalog. */
export const AD_KINDS = ['standard', 'shopping'] as const
export type AdKind = (typeof AD_KINDS)[number]
