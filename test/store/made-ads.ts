import { UNLIMITED, type AdFields, type CampaignFields } from '../../src/store/ads.js'

/** An active campaign without limits that bids 2 for an action. */
export const campaign = (advertiser: number, fields: Partial<CampaignFields> = {}): CampaignFields => ({
  ...UNLIMITED,
  advertiser,
  bid: 2,
  origin: 'imported',
  ...fields,
})

/** A standard ad. */
export const ad = (ofCampaign: number, advertiser: number, fields: Partial<AdFields> = {}): AdFields => ({
  campaign: ofCampaign,
  advertiser,
  item: null,
  title: null,
  category: null,
  status: 'active',
  ...fields,
})
