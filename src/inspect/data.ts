import { DAY } from '../core/time.js'
import { EVENT_TYPES, conversionMask, type EventType, type Snapshot } from '../features/snapshot.js'

const VIEWS = EVENT_TYPES.map((type) => type === 'view' || type === 'click')
const CART = EVENT_TYPES.indexOf('add_to_cart')
const CHECKOUT = EVENT_TYPES.indexOf('checkout')

/** What a log is like: what `inspect data` shows. Shares are of 1. */
export interface DataView {
  users: number
  items: number
  advertisers: number
  events: number
  /** times of the first and the last event, unix seconds; null without events */
  first: number | null
  last: number | null
  byType: Partial<Record<EventType, number>>
  /** share of the events that happened on the platform itself */
  onsite: number
  /** of the pairs of user and item that came so far, the share that went on, in any later event */
  steps: { from: string; to: string; pairs: number; share: number }[]
  /** quantiles over users with events */
  eventsOfUser: Quantiles
  conversionsOfUser: Quantiles
  /** days between a user's first and last event */
  daysOfUser: Quantiles
  /** share of conversions on what the user had dealt with more than a day before */
  repeats: { item: number; advertiser: number }
  /** share of conversions that the best selling 1 % of converted items make up, and the best 100 */
  popular: { percent: number; hundred: number; convertedItems: number }
  /** events of each day (UTC), from that of the first event to that of the last */
  perDay: number[]
  /** users by how many events they have: `from` to twice that, less one; without users there is no band */
  lengths: { from: number; users: number }[]
  /** share of conversions on the best selling 1, 10, 100 ... items, the last one on all that were sold */
  bestSelling: { items: number; share: number }[]
  /** share of events that share their moment with another of the same user: a basket has no order within */
  together: number
  /** what will be hard to beat here, in sentences */
  hard: string[]
}

export interface Quantiles {
  p10: number
  median: number
  p90: number
  most: number
}

/** Counts a whole log in one pass over its events. */
export function dataView(snapshot: Snapshot): DataView {
  const { users, items, advertisers, offsets, eventItem, eventAdvertiser, eventTime, eventType, eventDomain } = snapshot
  const byType = new Array<number>(EVENT_TYPES.length).fill(0)
  const conversionsOf = new Uint32Array(items)
  const lengths = { events: [] as number[], conversions: [] as number[], days: [] as number[] }
  const pairs = { viewed: 0, viewedCart: 0, viewedBought: 0, cart: 0, cartBought: 0 }
  const repeats = { item: 0, ofItems: 0, advertiser: 0, ofAdvertisers: 0 }
  const days = new Map<number, number>()
  let [first, last, onsite, together] = [Infinity, -Infinity, 0, 0]

  for (let u = 0; u < users; u++) {
    const [from, to] = [offsets[u], offsets[u + 1]]
    if (from === to) continue
    const stages = new Map<number, number>()
    const [itemsSince, advertisersSince] = [new Map<number, number>(), new Map<number, number>()]
    let conversions = 0
    for (let e = from; e < to; e++) {
      const [type, time, item, advertiser] = [eventType[e], eventTime[e], eventItem[e], eventAdvertiser[e]]
      byType[type]++
      const day = Math.floor(time / DAY)
      days.set(day, (days.get(day) ?? 0) + 1)
      onsite += eventDomain[e]
      if ((e > from && eventTime[e - 1] === time) || (e + 1 < to && eventTime[e + 1] === time)) together++
      first = Math.min(first, time)
      last = Math.max(last, time)
      if (conversionMask[type] === 1) {
        conversions++
        if (item >= 0) {
          conversionsOf[item]++
          repeats.ofItems++
          if (time - (itemsSince.get(item) ?? time) > DAY) repeats.item++
        }
        if (advertiser >= 0) {
          repeats.ofAdvertisers++
          if (time - (advertisersSince.get(advertiser) ?? time) > DAY) repeats.advertiser++
        }
      }
      if (item >= 0) {
        stages.set(item, (stages.get(item) ?? 0) | reached(type, stages.get(item) ?? 0))
        if (!itemsSince.has(item)) itemsSince.set(item, time)
      }
      if (advertiser >= 0 && !advertisersSince.has(advertiser)) advertisersSince.set(advertiser, time)
    }
    for (const stage of stages.values()) countPair(stage, pairs)
    lengths.events.push(to - from)
    lengths.conversions.push(conversions)
    lengths.days.push((eventTime[to - 1] - eventTime[from]) / DAY)
  }

  const events = eventTime.length
  const sorted = Float64Array.from(conversionsOf.filter((n) => n > 0))
    .sort()
    .reverse()
  const all = sorted.reduce((sum, n) => sum + n, 0)
  const top = (n: number): number =>
    share(
      sorted.subarray(0, n).reduce((sum, x) => sum + x, 0),
      all,
    )
  const counted = {
    users,
    items,
    advertisers,
    events,
    first: events > 0 ? first : null,
    last: events > 0 ? last : null,
    byType: Object.fromEntries(EVENT_TYPES.map((type, t) => [type, byType[t]] as const).filter(([, n]) => n > 0)),
    onsite: share(onsite, events),
    steps: [
      { from: 'viewed', to: 'put in the cart', pairs: pairs.viewed, share: share(pairs.viewedCart, pairs.viewed) },
      { from: 'viewed', to: 'bought', pairs: pairs.viewed, share: share(pairs.viewedBought, pairs.viewed) },
      { from: 'put in the cart', to: 'bought', pairs: pairs.cart, share: share(pairs.cartBought, pairs.cart) },
    ].filter((step) => step.pairs > 0),
    eventsOfUser: quantiles(lengths.events),
    conversionsOfUser: quantiles(lengths.conversions),
    daysOfUser: quantiles(lengths.days),
    repeats: {
      item: share(repeats.item, repeats.ofItems),
      advertiser: share(repeats.advertiser, repeats.ofAdvertisers),
    },
    popular: { percent: top(Math.ceil(sorted.length / 100)), hundred: top(100), convertedItems: sorted.length },
    perDay: events > 0 ? eachDay(days, first, last) : [],
    lengths: bands(lengths.events),
    bestSelling: powersOfTen(sorted.length).map((items) => ({ items, share: top(items) })),
    together: share(together, events),
  }
  return { ...counted, hard: hardToBeat(counted) }
}

/** Bits of what a pair of user and item came to: seen, then carted, then bought after either. */
const SEEN = 1
const SEEN_CARTED = 2
const SEEN_BOUGHT = 4
const CARTED = 8
const CARTED_BOUGHT = 16

function reached(type: number, before: number): number {
  if (VIEWS[type]) return SEEN
  if (type === CART) return CARTED | (before & SEEN ? SEEN_CARTED : 0)
  if (type === CHECKOUT) return (before & SEEN ? SEEN_BOUGHT : 0) | (before & CARTED ? CARTED_BOUGHT : 0)
  return 0
}

function countPair(
  stage: number,
  pairs: Record<'viewed' | 'viewedCart' | 'viewedBought' | 'cart' | 'cartBought', number>,
) {
  if (stage & SEEN) pairs.viewed++
  if (stage & SEEN_CARTED) pairs.viewedCart++
  if (stage & SEEN_BOUGHT) pairs.viewedBought++
  if (stage & CARTED) pairs.cart++
  if (stage & CARTED_BOUGHT) pairs.cartBought++
}

/** Which simple retriever already has what there is to find: bounds are ours, chosen for reading, not fitted. */
function hardToBeat({ repeats, popular, together, conversionsOfUser, eventsOfUser }: Omit<DataView, 'hard'>): string[] {
  const percent = (x: number): string => `${(100 * x).toFixed(0)} %`
  return [
    repeats.item >= 0.3 &&
      `Own repeats: ${percent(repeats.item)} of conversions are on items that the user had dealt with more than ` +
        'a day ' +
        'before.',
    repeats.item < 0.3 &&
      repeats.advertiser >= 0.6 &&
      `Own advertisers: ${percent(repeats.advertiser)} of conversions are with advertisers that the user knew ` +
        'for over a day.',
    popular.convertedItems > 1000 &&
      popular.hundred >= 0.2 &&
      `Popularity: 100 items make up ${percent(popular.hundred)} of conversions.`,
    eventsOfUser.median < 5 &&
      `Short histories: half of the users have ${eventsOfUser.median} events or fewer; popularity and ` +
        'co-visitation do ' +
        'well there.',
    conversionsOfUser.median >= 20 &&
      `Long histories: half of the users converted ${conversionsOfUser.median} times or more; nearest users find ` +
        'good ' +
        'neighbours there.',
    together >= 0.5 &&
      `Pooling: ${percent(together)} of events share their moment with another, so a model of order learns ` +
        'little more.',
  ].filter((line) => line !== false)
}

const eachDay = (days: ReadonlyMap<number, number>, first: number, last: number): number[] =>
  Array.from(
    { length: Math.floor(last / DAY) - Math.floor(first / DAY) + 1 },
    (_, d) => days.get(Math.floor(first / DAY) + d) ?? 0,
  )

/** Users by the power of two that their number of events reaches. */
function bands(lengths: readonly number[]): DataView['lengths'] {
  const users: number[] = []
  for (const n of lengths) {
    const band = Math.floor(Math.log2(n))
    while (users.length <= band) users.push(0)
    users[band]++
  }
  return users.map((n, band) => ({ from: 2 ** band, users: n }))
}

/** 1, 10, 100 ... below n, and n. */
function powersOfTen(n: number): number[] {
  const out: number[] = []
  for (let power = 1; power < n; power *= 10) out.push(power)
  return n > 0 ? [...out, n] : out
}

const share = (part: number, of: number): number => (of > 0 ? part / of : 0)

/** Quantiles by nearest rank. */
function quantiles(values: number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  const at = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0
  return { p10: at(0.1), median: at(0.5), p90: at(0.9), most: at(1) }
}
