import { DAY } from '../../core/time.js'
import type { Origin } from '../../store/ad-codes.js'
import { UNLIMITED, type CampaignFields, type CampaignRecord } from '../../store/ads.js'
import type { BulkWriter } from '../../store/writer.js'
import type { AdDraft, CampaignDraft, ImpressionDraft } from './sink.js'

const CAMPAIGN_FIELDS = ['bid', ...Object.keys(UNLIMITED)] as (keyof CampaignDraft)[]

/**
 * Writes an ad and its campaign into the transaction of a writer: new ones, or what is said of known ones. Nothing is
 * added to the catalog, and a refused ad leaves no trace.
 * @returns why the ad cannot be; undefined where it was written
 */
export function storeAd(writer: BulkWriter, draft: AdDraft, origin: Origin): string | undefined {
  const known = writer.ads.ad(draft.ad)
  const item = draft.item === '' ? (known?.item ?? undefined) : knownId(writer, 'items', draft.item)
  if (draft.item !== '' && item === undefined) return 'item is not in the catalog'
  const named = draft.advertiser === '' ? undefined : knownId(writer, 'advertisers', draft.advertiser)
  if (draft.advertiser !== '' && named === undefined) return 'advertiser is not in the catalog'
  const owner = item === undefined ? undefined : writer.advertiserOf(item)
  if (named !== undefined && owner !== undefined && named !== owner) return 'advertiser is not that of the item'
  const advertiser = named ?? owner ?? known?.advertiser
  if (advertiser === undefined)
    return item === undefined ? 'has neither advertiser nor item' : 'has no advertiser, and its item has none'

  const name = draft.campaign || (known ? writer.ads.campaignName(known.campaign) : draft.ad)
  const before = writer.ads.campaign(name)
  if (before && before.advertiser !== advertiser) return 'campaign is of another advertiser'
  const fields = campaignOf(before, draft.told, advertiser, origin)
  if (typeof fields === 'string') return fields
  const campaign = writer.ads.putCampaign(name, fields, before)
  const { title = known?.title ?? null, category = known?.category ?? null } = draft
  const status = draft.adStatus ?? known?.status ?? 'active'
  writer.ads.putAd(draft.ad, { campaign, advertiser, item: item ?? null, title, category, status }, known)
  return undefined
}

/** What a campaign is after a row spoke of it, or why that cannot be. */
function campaignOf(
  before: CampaignRecord | undefined,
  told: CampaignDraft,
  advertiser: number,
  origin: Origin,
): CampaignFields | string {
  const bid = told.bid ?? before?.bid
  if (bid === undefined) return 'bid is empty, and its campaign is new'
  if (before && CAMPAIGN_FIELDS.every((field) => told[field] === undefined)) return before
  const fields: CampaignFields = { ...(before ?? UNLIMITED), bid, advertiser, origin }
  for (const field of CAMPAIGN_FIELDS) if (told[field] !== undefined) Object.assign(fields, { [field]: told[field] })
  if (fields.starts !== null && fields.ends !== null && fields.ends <= fields.starts) return 'ends before it starts'
  if ((fields.cap === null) !== (fields.capDays === null))
    return fields.cap === null ? 'cap_days without a cap' : 'cap without cap_days'
  return fields
}

/** Where some ids are missing, pandas writes the others as floats: 100.0 is 100, unless there is a 100.0. */
function knownId(writer: BulkWriter, table: 'users' | 'items' | 'advertisers', text: string): number | undefined {
  return writer.known(table, text) ?? (/^\d+\.0$/.test(text) ? writer.known(table, text.slice(0, -2)) : undefined)
}

/** Writes an impression and what it cost. @returns why it cannot be; undefined where it was written */
export function storeImpression(
  writer: BulkWriter,
  { user, ad, spend, ...shown }: ImpressionDraft,
): string | undefined {
  const userId = knownId(writer, 'users', user)
  if (userId === undefined) return 'user is not known: no events or attributes'
  const known = writer.ads.ad(ad)
  if (known === undefined) return 'ad is not known'
  writer.ads.addImpression({ ...shown, user: userId, ad: known.id, source: 'imported' })
  if (spend > 0) writer.ads.addSpend(known.campaign, Math.floor(shown.time / DAY), spend)
  return undefined
}
