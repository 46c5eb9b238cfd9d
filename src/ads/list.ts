import { UserError } from '../core/errors.js'
import { count } from '../text/numbers.js'
import type { AdKind, CampaignStatus, Origin } from '../store/ad-codes.js'
import type { AdResults, AdView } from '../store/ad-search.js'
import type { AdCounts } from '../store/ads.js'
import { LISTED, entityId, severalFit } from '../store/entity-id.js'
import type { Store } from '../store/store.js'

/** Which ads to list; an advertiser or item by its id or by words of its name or title. */
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
  const filter = {
    ...rest,
    words: search === undefined ? undefined : wordsOf(search, '--search'),
    advertiser: advertiser === undefined ? undefined : entityId(store, 'advertiser', advertiser),
    item: item === undefined ? undefined : entityId(store, 'item', item),
  }
  return { ...store.adSearch.find(filter, limit), inventory }
}

/** One ad with what became of it. @param ad as findAd */
export function adPage(store: Pick<Store, 'ads' | 'adSearch'>, ad: string): AdPage {
  const view = findAd(store, ad)
  return { ...view, ...store.adSearch.results(view.ad, SPEND_DAYS) }
}

/**
 * The ad that somebody typed: its id, or words that just one ad has.
 * @throws UserError where nothing fits, or several do
 */
export function findAd(store: Pick<Store, 'ads' | 'adSearch'>, typed: string): AdView {
  if (store.ads.counts().ads === 0) throw noAds()
  const [view] = store.adSearch.find({ ad: typed }, 1).ads
  if (view !== undefined) return view
  const { total, ads } = store.adSearch.find({ words: wordsOf(typed, 'The ad') }, LISTED)
  if (total === 1) return ads[0]
  if (total === 0)
    throw new UserError(
      `There is no ad ${typed} in this workspace, and none with these words.`,
      'Look at what there is: adseq ads list',
    )
  throw severalFit(
    `${count(total)} ads have "${typed}" in their id, title, category or advertiser.`,
    ads.map(({ ad, title, advertiserName, advertiser }) => [ad, title ?? advertiserName ?? advertiser]),
    total > LISTED ? `The first ${LISTED}` : undefined,
  )
}

function wordsOf(text: string, whose: string): string[] {
  const words = text.split(/\s+/).filter(Boolean)
  if (words.length > MOST_WORDS)
    throw new UserError(`${whose} has ${words.length} words.`, `Give ${MOST_WORDS} at most.`)
  return words
}

const noAds = (): UserError =>
  new UserError(
    'This workspace has no ads.',
    'Import them (adseq import ads FILE), or derive them from the catalog: adseq ads derive',
  )
