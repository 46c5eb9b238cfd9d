import type { AdRecord, CampaignRecord } from '../../../../src/store/ads.js'
import { ImportFolder } from '../workspace.js'

/** A workspace with a catalog and two users: a1 sells i1 and i2, a2 sells i3, nobody i4. */
export async function workspace(): Promise<ImportFolder> {
  const at = new ImportFolder()
  await at.import([
    at.file('items.csv', [
      'item_id,advertiser_id,category,price',
      'i1,a1,Home/Lamps,10',
      'i2,a1,,',
      'i3,a2,,',
      'i4,,,',
    ]),
    at.file('users.csv', ['user_id', 'u1', 'u2']),
  ])
  return at
}

export const campaigns = (at: ImportFolder, ...names: string[]): (CampaignRecord | undefined)[] =>
  at.read((store) => names.map((name) => store.ads.campaign(name)))
export const ads = (at: ImportFolder, ...names: string[]): (AdRecord | undefined)[] =>
  at.read((store) => names.map((name) => store.ads.ad(name)))

/** Three ads of two campaigns, every column used. */
export const FULL = [
  'ad,advertiser,item,title,category,campaign,bid,bid_type,daily_budget,pacing,status,starts,ends,countries,flags,cap,' +
    'cap_days,exclude_buyers_days,ad_status',
  'brand,a1,,All our lamps,Home/Lamps,spring,2.5,action,100,even,active,2025-03-01,2025-05-31,DE|fr,Health,3,7,30,',
  'lamp,,i1,,,spring,,,,,,,,,,,,,paused',
  'soil,a2,i3,Soil!,Garden,autumn,"1,200.5",cpc,unknown,fast,paused,1740787200,2025-12-24T18:00:00Z,"[""US""]",,,,,',
]
