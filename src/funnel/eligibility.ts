import { DAY } from '../core/time.js'
import { bitWords, hasBit } from '../ads/bit-sets.js'
import { CAMPAIGN_STATUS, PACINGS, type AdInventory } from '../ads/inventory.js'
import { EVENT_TYPES, type EventData } from '../features/snapshot.js'
import type { Queries } from '../protocol/queries.js'
import type { EntrySet } from '../retrieve/recommender.js'
import type { ShelfOrder } from './shelf.js'

/** Seconds that a look at budgets holds: they are paced, so what is open changes with the hour. */
const BUDGET_SECONDS = 60

/** Why an ad cannot be shown. */
export type Reason =
  | 'the ad is paused'
  | 'the campaign is paused'
  | 'the campaign has ended'
  | 'the flight has not begun'
  | 'the flight is over'
  | 'the budget of the day is spent'
  | 'the budget is ahead of its pace'
  | 'not for this country'
  | 'not allowed by policy'
  | 'the frequency cap is reached'
  | 'bought already'
  | 'excluded by the request'

/** Ads with what has been spent: what eligibility reads. */
export interface AdsNow {
  inventory: AdInventory
  /** [campaigns] spent on the day of the moment */
  spent: Float64Array
  /** in which ads are offered; made when it is first asked where absent */
  order?: ShelfOrder
}

/** What decides which ads are open, whoever sees them. */
export interface AdContext {
  /** unix seconds */
  moment: number
  /** where the user is, as the inventory names it; absent: campaigns of some countries alone stay out */
  country?: string
  /** flags of campaigns that may not be shown */
  policy?: readonly string[]
}

/** The ads that are open in a context. */
export interface OpenAds {
  context: AdContext
  now: AdsNow
  /** [ads] 1: open */
  open: Uint8Array
  count: number
  /** items with an open shopping ad */
  items: EntrySet
  /** advertisers with an open ad of any kind */
  advertisers: EntrySet
  /** [campaigns] 1: closed */
  shut: Uint8Array
  /** unix seconds until which it holds */
  until: number
}

/**
 * @param sizes of the catalog
 * @param before of the same ads: its lists are kept where the same campaigns are open
 */
export function openAds(
  now: AdsNow,
  context: AdContext,
  sizes: { items: number; advertisers: number },
  before?: OpenAds,
): OpenAds {
  const { inventory } = now
  const shut = new Uint8Array(inventory.campaigns)
  const closed = closer(now, context)
  for (let c = 0; c < inventory.campaigns; c++) if (closed(c) !== undefined) shut[c] = 1
  const until = validUntil(inventory, context.moment)
  if (before && shut.every((one, c) => one === before.shut[c])) return { ...before, context, now, until }
  const open = new Uint8Array(inventory.ads)
  const items = new Uint8Array(sizes.items).fill(1)
  const advertisers = new Uint8Array(sizes.advertisers).fill(1)
  let count = 0
  for (let ad = 0; ad < inventory.ads; ad++) {
    if (inventory.paused[ad] === 1 || shut[inventory.campaign[ad]] === 1) continue
    // of what came after the generation that is asked
    if (inventory.item[ad] >= sizes.items || inventory.advertiser[ad] >= sizes.advertisers) continue
    open[ad] = 1
    count++
    advertisers[inventory.advertiser[ad]] = 0
    if (inventory.item[ad] >= 0) items[inventory.item[ad]] = 0
  }
  return {
    context,
    now,
    open,
    count,
    items: setOf(items),
    advertisers: setOf(advertisers),
    shut,
    until,
  }
}

/** How many ads cannot be shown in a context, whoever asks, and why. */
export function closedAds(now: AdsNow, context: AdContext): Partial<Record<Reason, number>> {
  const { inventory } = now
  const closed = closer(now, context)
  const why = Array.from({ length: inventory.campaigns }, (_, c) => closed(c))
  const counts: Partial<Record<Reason, number>> = {}
  for (let ad = 0; ad < inventory.ads; ad++) {
    const reason = inventory.paused[ad] === 1 ? 'the ad is paused' : why[inventory.campaign[ad]]
    if (reason !== undefined) counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}

/** Why a campaign is closed in a context, whoever asks; undefined: it is open. */
function closer({ inventory, spent }: AdsNow, context: AdContext): (campaign: number) => Reason | undefined {
  const { moment, country, policy = [] } = context
  const words = { countries: bitWords(inventory.countries), flags: bitWords(inventory.flags) }
  const place = country === undefined ? -1 : inventory.countries.indexOf(country)
  const refused = policy.map((flag) => inventory.flags.indexOf(flag)).filter((flag) => flag >= 0)
  const ofDay = (moment % DAY) / DAY
  return (c) => {
    const status = CAMPAIGN_STATUS[inventory.status[c]]
    if (status !== 'active') return status === 'paused' ? 'the campaign is paused' : 'the campaign has ended'
    if (moment < inventory.starts[c]) return 'the flight has not begun'
    if (moment >= inventory.ends[c]) return 'the flight is over'
    const { campaignCountries, campaignFlags } = inventory
    const limited = campaignCountries
      .subarray(c * words.countries, (c + 1) * words.countries)
      .some((bits) => bits !== 0)
    if (limited && !hasBit(campaignCountries, words.countries, c, place)) return 'not for this country'
    if (refused.some((flag) => hasBit(campaignFlags, words.flags, c, flag))) return 'not allowed by policy'
    const budget = inventory.dailyBudget[c]
    if (spent[c] >= budget) return 'the budget of the day is spent'
    // an even pace spends no more by an hour than the share of the day that is over, an hour's worth ahead at most
    if (PACINGS[inventory.pacing[c]] === 'even' && spent[c] > budget * Math.min(1, ofDay + 1 / 24))
      return 'the budget is ahead of its pace'
    return undefined
  }
}

function setOf(outside: Uint8Array): EntrySet {
  let n = 0
  for (const out of outside) n += 1 - out
  const ids = new Int32Array(n)
  n = 0
  outside.forEach((out, entry) => {
    if (out === 0) ids[n++] = entry
  })
  return { ids, outside }
}

/** The next moment at which a flight begins or ends, or budgets are looked at again. */
function validUntil({ campaigns, starts, ends, dailyBudget }: AdInventory, moment: number): number {
  let until = Infinity
  for (let c = 0; c < campaigns; c++) {
    if (starts[c] > moment) until = Math.min(until, starts[c])
    if (ends[c] > moment) until = Math.min(until, ends[c])
    if (dailyBudget[c] < Infinity) until = Math.min(until, moment + BUDGET_SECONDS)
  }
  return until
}

/** Contexts kept at once. */
const CONTEXTS = 32

/** Keeps the open ads of the contexts asked for lately: users of one country share them. */
export class OpenAdsCache {
  private readonly kept = new Map<string, OpenAds>()
  private now: AdsNow | undefined

  constructor(private readonly sizes: { items: number; advertisers: number }) {}

  /** @param now another one than before empties the cache */
  get(now: AdsNow, context: AdContext): OpenAds {
    if (this.now !== now) this.kept.clear()
    this.now = now
    const { country, policy = [], moment } = context
    const key = JSON.stringify([country, [...policy].sort()])
    const found = this.kept.get(key)
    if (found && found.context.moment <= moment && moment < found.until) return found
    if (!found && this.kept.size >= CONTEXTS) this.kept.delete(this.kept.keys().next().value!)
    const made = openAds(now, context, this.sizes, found)
    this.kept.set(key, made)
    return made
  }
}

/** What a request asks not to be shown, as indices. */
export interface Excluded {
  ads?: ReadonlySet<number>
  items?: ReadonlySet<number>
  advertisers?: ReadonlySet<number>
}

export interface Impression {
  ad: number
  /** unix seconds */
  time: number
}

const BUYS = Uint8Array.from(EVENT_TYPES, (type) => (type === 'checkout' || type === 'signup' ? 1 : 0))

/** What keeps ads from one user: what they bought and saw, and what the request excludes. */
export class UserRules {
  private readonly boughtItem = new Map<number, number>()
  private readonly boughtFrom = new Map<number, number>()
  private readonly seen = new Map<number, number[]>()

  private readonly excluded: Excluded

  constructor(
    private readonly ads: OpenAds,
    {
      queries,
      impressions = [],
      exclude = {},
    }: { queries: Queries; impressions?: readonly Impression[]; exclude?: Excluded },
  ) {
    this.excluded = exclude
    const { events, users, ends } = queries
    this.readPurchases(events, events.offsets[users[0]], ends[0])
    const { campaign } = ads.now.inventory
    for (const { ad, time } of impressions) {
      const times = this.seen.get(campaign[ad])
      if (times) times.push(time)
      else this.seen.set(campaign[ad], [time])
    }
  }

  /** May the ad be shown to the user? */
  allows(ad: number): boolean {
    return this.ads.open[ad] === 1 && this.refuses(ad) === undefined
  }

  /** Why it may not, whatever stands in the way first; undefined: it may. */
  reason(ad: number): Reason | undefined {
    const { inventory } = this.ads.now
    if (inventory.paused[ad] === 1) return 'the ad is paused'
    return closer(this.ads.now, this.ads.context)(inventory.campaign[ad]) ?? this.refuses(ad)
  }

  private refuses(ad: number): Reason | undefined {
    const { inventory } = this.ads.now
    const { moment } = this.ads.context
    const { ads, items, advertisers } = this.excluded
    const campaign = inventory.campaign[ad]
    const item = inventory.item[ad]
    const advertiser = inventory.advertiser[ad]
    if (ads?.has(ad) || items?.has(item) || advertisers?.has(advertiser)) return 'excluded by the request'
    const days = inventory.excludeBuyersDays[campaign]
    if (days > 0) {
      const bought = item >= 0 ? this.boughtItem.get(item) : this.boughtFrom.get(advertiser)
      if (bought !== undefined && bought > moment - days * DAY) return 'bought already'
    }
    const cap = inventory.cap[campaign]
    if (cap > 0) {
      const since = moment - inventory.capDays[campaign] * DAY
      const lately = this.seen.get(campaign)?.filter((time) => time > since && time <= moment).length ?? 0
      if (lately >= cap) return 'the frequency cap is reached'
    }
    return undefined
  }

  private readPurchases({ eventItem, eventAdvertiser, eventType, eventTime }: EventData, from: number, to: number) {
    for (let row = from; row < to; row++) {
      if (BUYS[eventType[row]] === 0) continue
      if (eventItem[row] >= 0) this.boughtItem.set(eventItem[row], eventTime[row])
      if (eventAdvertiser[row] >= 0) this.boughtFrom.set(eventAdvertiser[row], eventTime[row])
    }
  }
}
