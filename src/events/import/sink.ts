import type { AdStatus } from '../../store/ad-codes.js'
import type { CampaignFields } from '../../store/ads.js'
import type { BulkWriter, ItemFields, NewEvent } from '../../store/writer.js'
import { storeAd, storeImpression } from './ad-store.js'

/** One event, in the words of the file; '' where there is none. Readers fill one object over and over. */
export interface EventDraft {
  user: string
  /** '' when the event has no item */
  item: string
  /** '' = the item's own */
  advertiser: string
  /** index into EVENT_TYPES */
  type: number
  /** index into DOMAINS */
  domain: number
  /** unix seconds */
  time: number
  /** what the row says of its item: taken when the item is seen for the first time */
  category?: string
  price?: number
  title?: string
}

export interface ItemDraft extends Omit<ItemFields, 'advertiser'> {
  /** external id */
  advertiser?: string
}

/** What a row may say of a campaign. Undefined: it says nothing; null: no limit, or none. */
export type CampaignDraft = Partial<Omit<CampaignFields, 'advertiser' | 'origin'>>

/** One ad with its campaign, in the words of the file. */
export interface AdDraft {
  ad: string
  /** '' = that of the item, or the one it has */
  advertiser: string
  /** '' = none, or the one it has */
  item: string
  /** '' = a campaign of its own, or the one it is in */
  campaign: string
  /** what is said of the campaign */
  told: CampaignDraft
  title?: string | null
  category?: string | null
  adStatus?: AdStatus
}

/** One impression, in the words of the file. */
export interface ImpressionDraft {
  user: string
  ad: string
  /** unix seconds */
  time: number
  position: number | null
  propensity: number | null
  clicked: boolean
  converted: boolean
  /** what it cost the campaign */
  spend: number
}

/** Where the rows of a file go: into the store, or into a count of what is there. */
export interface Sink {
  event(event: EventDraft): void
  /** a new item, or more about a known one: fields left out stay as they are */
  item(id: string, fields: ItemDraft): void
  user(id: string, attributes: Record<string, string>): void
  advertiser(id: string, name: string | undefined): void
  /** a new ad, or more about a known one. @returns why it cannot be stored; undefined where it was */
  ad(ad: AdDraft): string | undefined
  /** @returns why it cannot be stored; undefined where it was */
  impression(impression: ImpressionDraft): string | undefined
}

/** Takes events whose names are numbers. */
export interface EventWriter {
  event(event: NewEvent): unknown
}

/** Writes into the transaction of a writer. @param events where events go, when not to the writer as they are */
export function storeSink(writer: BulkWriter, events: EventWriter = writer): Sink {
  return {
    event({ user, item, advertiser, type, domain, time, category, price, title }) {
      const advertiserId = advertiser === '' ? 0 : writer.advertiser(advertiser)
      const describes = advertiserId > 0 || category !== undefined || price !== undefined || title !== undefined
      const itemId =
        item === ''
          ? 0
          : writer.item(item, describes ? { advertiser: advertiserId || undefined, category, price, title } : undefined)
      events.event({ user: writer.user(user), item: itemId, advertiser: advertiserId, type, domain, time })
    },
    item(id, { advertiser, ...fields }) {
      writer.setItem(writer.item(id), { advertiser: advertiser ? writer.advertiser(advertiser) : undefined, ...fields })
    },
    user(id, attributes) {
      writer.setUser(writer.user(id), attributes)
    },
    advertiser(id, name) {
      const advertiser = writer.advertiser(id)
      if (name) writer.setAdvertiser(advertiser, { name })
    },
    ad: (ad) => storeAd(writer, ad, 'imported'),
    impression: (impression) => storeImpression(writer, impression),
  }
}

/** For rows that are not written, or not one by one. */
export const NOWHERE: Sink = {
  event: () => undefined,
  item: () => undefined,
  user: () => undefined,
  advertiser: () => undefined,
  ad: () => undefined,
  impression: () => undefined,
}

/** An event to fill. */
export const newDraft = (): EventDraft => ({
  user: '',
  item: '',
  advertiser: '',
  type: 0,
  domain: 0,
  time: 0,
  category: undefined,
  price: undefined,
  title: undefined,
})
