import { UserError } from '../core/errors.js'
import type { AdKind, CampaignStatus, Origin } from '../store/ad-codes.js'
import type { AdResults, AdView } from '../store/ad-search.js'
import type { AdCounts } from '../store/ads.js'
import type { Store } from '../store/store.js'

/** Which ads to list; ids as in the imported data. */
export interface AdQuery {
  advertiser?: string
  item?: string
  kind?: AdKind
  status?: CampaignStatus
  country?: string
  /** words apart by blanks: each must occur */
  search?: string
  limit: number
}

export interface AdList {
  /** ads that the query asks for; `ads` are the first of them */
  total: number
  ads: AdView[]
  /** all that the workspace holds */
  inventory: AdCounts & { byOrigin: Partial<Record<Origin, number>> }
}

export interface AdPage extends AdView, AdResults {}

/** Words that are looked for; more are refused. */
const MOST_WORDS = 10
/** Latest days of spend that a page shows. */
const SPEND_DAYS = 7

/** @throws UserError for an advertiser or item that the workspace does not have, and where it has no ads at all */
export function listAds(store: Store, query: AdQuery): AdList {
  const { advertiser, item, search, limit, ...rest } = query
  const inventory = { ...store.ads.counts(), byOrigin: store.ads.byOrigin() }
  if (inventory.ads === 0) throw noAds()
  const words = search?.split(/\s+/).filter(Boolean)
  if (words && words.length > MOST_WORDS)
    throw new UserError(`--search has ${words.length} words.`, `Give ${MOST_WORDS} at most.`)
  const filter = {
    ...rest,
    words,
    advertiser: advertiser === undefined ? undefined : known('advertiser', advertiser, store.advertiserId(advertiser)),
    item: item === undefined ? undefined : known('item', item, store.itemId(item)),
  }
  return { ...store.adSearch.find(filter, limit), inventory }
}

/** One ad with what became of it. @throws UserError for one that the workspace does not have */
export function adPage(store: Pick<Store, 'ads' | 'adSearch'>, ad: string): AdPage {
  if (store.ads.counts().ads === 0) throw noAds()
  const [view] = store.adSearch.find({ ad }, 1).ads
  if (view === undefined)
    throw new UserError(`There is no ad ${ad} in this workspace.`, `Look for it: adseq ads list --search ${ad}`)
  return { ...view, ...store.adSearch.results(ad, SPEND_DAYS) }
}

function known(what: 'advertiser' | 'item', externalId: string, id: number | undefined): number {
  if (id !== undefined) return id
  throw new UserError(
    `There is no ${what} ${externalId} in this workspace.`,
    'Ids are those of the imported files; words are looked for with --search.',
  )
}

const noAds = (): UserError =>
  new UserError(
    'This workspace has no ads.',
    'Import them (adseq import ads FILE), or derive them from the catalog: adseq ads derive',
  )
