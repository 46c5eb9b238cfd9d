import { UserError } from '../core/errors.js'
import { median } from '../core/median.js'
import { silent, type Progress } from '../core/progress.js'
import { UNLIMITED, type CampaignFields } from '../store/ads.js'
import type { Removed } from '../store/ads-writer.js'
import type { Store } from '../store/store.js'
import type { BulkWriter } from '../store/writer.js'
import { count, plural } from '../text/numbers.js'

/** What an action is worth to an advertiser, as a share of the price: the bid. */
export const BID_SHARE = 0.05

export interface DeriveOptions {
  /** bid for an action, as a share of the median price; default BID_SHARE */
  share?: number
  /** take imported ads and those of a world out first, with their impressions */
  replace?: boolean
  progress?: Progress
}

export interface Derived {
  /** derived ads and campaigns that there are now */
  ads: number
  standard: number
  shopping: number
  campaigns: number
  /** those of them that are new */
  added: { ads: number; campaigns: number }
  /** other ads that were taken out */
  removed: Removed
  share: number
  /** where bids come from: advertisers with prices of their own, without, and those of a catalog without prices */
  bidsFrom: { ownPrices: number; catalogPrices: number; nothing: number }
  /** the median price of the catalog; null without prices */
  medianPrice: number | null
}

/** A half of an advertiser's items and more: a category that stands for it. */
const MOST_OF = 0.5

/** What the catalog says of its items, by advertiser. */
interface Assortments {
  /** [items] id of the advertiser, 0 = none */
  advertiser: Int32Array
  /** [items] number of the category path, -1 = none */
  category: Int32Array
  paths: string[]
  /** [items] NaN without a price above 0 */
  price: Float64Array
  /** items in order of advertiser: those of advertiser a are order[offsets[a]] .. order[offsets[a + 1] - 1] */
  order: Int32Array
  offsets: Int32Array
}

/**
 * Makes ads from the catalog, for a workspace that has none: a standard ad of each advertiser, a shopping ad of each
 * item that has an advertiser, a campaign of each advertiser for the one and one for the others. All bid for actions: a
 * share of the median price of the advertiser's items, or of the whole catalog's where they have no prices, or 1 where
 * nothing has. In one transaction; again after the catalog has grown it adds what is new.
 * @throws UserError where there are other ads and `replace` is not set, or no advertisers
 */
export function deriveAds(store: Store, options: DeriveOptions = {}): Derived {
  const { share = BID_SHARE, replace = false, progress = silent } = options
  if (!(share > 0 && share <= 1))
    throw new UserError(`The share of the price is ${share}.`, 'For example: --share 0.05')
  const writer = store.writer()
  try {
    // opens the transaction: from here on nobody else writes, so what is checked now holds
    writer.itemCount()
    const { imported = 0, world = 0 } = store.ads.byOrigin()
    if (imported + world > 0 && !replace) throw otherAds(imported, world)
    const advertisers = store.externalIds('advertisers')
    if (advertisers.length === 0)
      throw new UserError(
        'The catalog has no advertisers, and every ad belongs to one.',
        'Import items with an advertiser_id, or a log with --advertiser (docs/import.md).',
      )
    const removed =
      imported + world > 0 ? writer.ads.remove(['imported', 'world']) : { ads: 0, campaigns: 0, impressions: 0 }
    const before = store.ads.counts()
    const derived = write(store, writer, advertisers, share, progress)
    const { ads, campaigns } = store.ads.counts()
    writer.commit()
    return { ...derived, added: { ads: ads - before.ads, campaigns: campaigns - before.campaigns }, removed, share }
  } catch (error) {
    writer.rollback()
    throw error
  }
}

/** Takes the derived ads out again, with the impressions of them. */
export function removeDerived(store: Store): Removed {
  const writer = store.writer()
  const removed = writer.ads.remove(['derived'])
  writer.commit()
  return removed
}

function otherAds(imported: number, world: number): UserError {
  const what = imported > 0 ? plural(imported, 'imported ad') : `${plural(world, 'ad')} of a generated world`
  return new UserError(
    `This workspace already holds ${what}.`,
    'Use them as they are (adseq ads list), or put derived ones in their place, which removes them and their ' +
      'impressions: --replace',
  )
}

function write(
  store: Store,
  writer: BulkWriter,
  advertisers: readonly string[],
  share: number,
  progress: Progress,
): Omit<Derived, 'added' | 'removed' | 'share'> {
  const items = assortments(store, advertisers.length)
  const known = (price: number): boolean => !Number.isNaN(price)
  const medianPrice = median(items.price.filter(known)) ?? null
  const bidsFrom = { ownPrices: 0, catalogPrices: 0, nothing: 0 }
  const shoppingCampaign = new Int32Array(advertisers.length + 1)
  const shoppingBid = new Float64Array(advertisers.length + 1)
  const total = items.offsets[advertisers.length + 1] - items.offsets[1]
  progress.start('derive ads', advertisers.length + total, 'ads')
  let campaigns = 0
  advertisers.forEach((name, i) => {
    const id = i + 1
    const own = items.order.subarray(items.offsets[id], items.offsets[id + 1])
    const ownPrice = median(Array.from(own, (item) => items.price[item]).filter(known))
    bidsFrom[ownPrice !== undefined ? 'ownPrices' : medianPrice !== null ? 'catalogPrices' : 'nothing']++
    const price = ownPrice ?? medianPrice
    const bid = price === null ? 1 : share * price
    const campaign = writer.ads.putCampaign(`standard:${name}`, campaignOf(id, bid))
    campaigns += own.length > 0 ? 2 : 1
    const before = writer.ads.ad(`standard:${name}`)
    const fields = {
      campaign,
      advertiser: id,
      item: null,
      title: store.advertiser(id)!.name ?? name,
      category: sharedCategory(own, items),
      status: before?.status ?? 'active',
    } as const
    writer.ads.putAd(`standard:${name}`, fields, before)
    shoppingBid[id] = bid
    progress.update(i)
  })
  let shopping = 0
  for (const [id, name] of store.scanItems()) {
    const advertiser = items.advertiser[id - 1]
    if (advertiser === 0) continue
    if (shoppingCampaign[advertiser] === 0)
      shoppingCampaign[advertiser] = writer.ads.putCampaign(
        `shopping:${advertisers[advertiser - 1]}`,
        campaignOf(advertiser, shoppingBid[advertiser]),
      )
    const before = writer.ads.ad(`shopping:${name}`)
    const fields = {
      campaign: shoppingCampaign[advertiser],
      advertiser,
      item: id,
      title: null,
      category: null,
    } as const
    writer.ads.putAd(`shopping:${name}`, { ...fields, status: before?.status ?? 'active' }, before)
    progress.update(advertisers.length + ++shopping)
  }
  progress.finish(`${count(advertisers.length + shopping)} ads`)
  const standard = advertisers.length
  return { ads: standard + shopping, standard, shopping, campaigns, bidsFrom, medianPrice }
}

const campaignOf = (advertiser: number, bid: number): CampaignFields => ({
  ...UNLIMITED,
  advertiser,
  bid,
  origin: 'derived',
})

function assortments(store: Store, advertisers: number): Assortments {
  const { items } = store.counts()
  const advertiser = new Int32Array(items)
  const category = new Int32Array(items).fill(-1)
  const price = new Float64Array(items).fill(NaN)
  const paths: string[] = []
  const numbers = new Map<string, number>()
  const offsets = new Int32Array(advertisers + 2)
  for (const [id, , owner, path, cost] of store.scanItems()) {
    advertiser[id - 1] = owner
    offsets[owner + 1]++
    if (cost !== null && cost > 0) price[id - 1] = cost
    if (path === null) continue
    let number = numbers.get(path)
    if (number === undefined) numbers.set(path, (number = paths.push(path) - 1))
    category[id - 1] = number
  }
  for (let a = 0; a <= advertisers; a++) offsets[a + 1] += offsets[a]
  const at = offsets.slice()
  const order = new Int32Array(items)
  for (let item = 0; item < items; item++) order[at[advertiser[item]]++] = item
  return { advertiser, category, paths, price, order, offsets }
}

/** The deepest category that more than half of an advertiser's items are in; null where there is none. */
function sharedCategory(own: Int32Array, { category, paths }: Assortments): string | null {
  const items = new Map<number, number>()
  for (const item of own) if (category[item] >= 0) items.set(category[item], (items.get(category[item]) ?? 0) + 1)
  let shared: string[] = []
  for (;;) {
    const next = new Map<string, number>()
    for (const [number, n] of items) {
      const parts = paths[number].split('/')
      const below = parts.length > shared.length && shared.every((part, level) => parts[level] === part)
      if (below) next.set(parts[shared.length], (next.get(parts[shared.length]) ?? 0) + n)
    }
    const most = [...next].find(([, n]) => n > MOST_OF * own.length)
    if (most === undefined) return shared.length > 0 ? shared.join('/') : null
    shared = [...shared, most[0]]
  }
}
