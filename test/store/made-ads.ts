import type { AdFields, CampaignFields } from '../../src/store/ads.js'

/** An active campaign without limits that bids 2 for an action. */
export const campaign = (advertiser: number, fields: Partial<CampaignFields> = {}): CampaignFields => ({
  advertiser,
  status: 'active',
  bid: 2,
  bidType: 'action',
  dailyBudget: null,
  pacing: 'even',
  starts: null,
  ends: null,
  countries: null,
  flags: null,
  cap: null,
  capDays: null,
  excludeBuyersDays: null,
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
