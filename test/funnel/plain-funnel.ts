import type { Rng } from '../../src/core/rng.js'
import type { FunnelConfig } from '../../src/config/schema.js'
import { UserRules, openAds, type AdsNow, type OpenAds } from '../../src/funnel/eligibility.js'
import type { Parts } from '../../src/funnel/generators/generator.js'
import { featureNames } from '../../src/funnel/l1/features.js'
import { Calibration } from '../../src/funnel/l1/calibration.js'
import { LightRanker, type RankerWeights } from '../../src/funnel/l1/light-ranker.js'
import { faded, type AdRequest } from '../../src/funnel/request.js'
import { whole } from '../../src/funnel/tables.js'
import { categoryOf } from '../../src/protocol/catalog.js'
import { LAST, readPairs, type Pair } from '../../src/retrieve/pairs.js'
import { RepeatTimes } from '../../src/retrieve/repeat-times.js'

const DAY = 86_400

/** What a request is answered with, ad by ad. */
export interface PlainAnswer {
  ads: { ad: number; score: number; sources: { generator: string; rank: number; score: number }[] }[]
  found: Record<string, number[]>
  dropped: Record<string, number>
  union: number
}

/** Weights of a trained ranker's shape, drawn by chance. */
export function drawnRanker(generators: readonly string[], rng: Rng, hidden = 11): LightRanker {
  const names = featureNames(generators)
  const some = (n: number): Float32Array => Float32Array.from({ length: n }, () => 0.3 * rng.normal())
  const weights = (): RankerWeights => ({
    linear: some(names.length),
    bias: -3,
    hidden: some(names.length * hidden),
    hiddenBias: some(hidden),
    output: some(hidden),
    calibration: new Calibration(Float32Array.of(-5, 0, 5), Float32Array.of(0.01, 0.1, 0.5)),
  })
  return new LightRanker(names, { shopping: weights(), standard: weights() })
}

/**
 * The funnel as docs/funnel.md tells it, with maps, whole sorts and nothing kept between requests: what the fast one
 * must equal. Exact search alone: no index, no stored lists.
 */
export async function plainFunnel(
  parts: Parts,
  settings: FunnelConfig,
  ranker: LightRanker | undefined,
  request: AdRequest,
  now: AdsNow,
): Promise<PlainAnswer> {
  const { inventory } = now
  const open = openAds(now, request.context, parts.catalog)
  const rules = new UserRules(open, request)
  const user = new PlainUser(parts, request)
  const found: Record<string, { ad: number; score: number }[]> = {}
  for (const [name, rank] of Object.entries(rankings)) {
    const { on, limit } = settings.generators[name] ?? { on: false, limit: 0 }
    if (!on) continue
    const level = name === 'advertiser-model' ? 'advertiser' : 'item'
    found[name] = []
    for (const [entry, score] of await rank(user, open)) {
      const own = inventory[level === 'item' ? 'item' : 'advertiser']
      const ads = [...own.keys()].filter((ad) => own[ad] === entry && rules.allows(ad))
      for (const ad of offered(ads, level, parts, now, settings.adsPerAdvertiser))
        if (found[name].length < limit) found[name].push({ ad, score })
    }
  }
  const names = Object.keys(rankings).filter((name) => name in found)
  const sources = new Map<number, { generator: string; rank: number; score: number }[]>()
  for (const generator of names)
    found[generator].forEach(({ ad, score }, i) =>
      sources.set(ad, [...(sources.get(ad) ?? []), { generator, rank: i + 1, score }]),
    )
  const scored = [...sources].map(([ad, own]) => {
    const fused = Math.fround(own.reduce((sum, { rank }) => sum + 1 / (60 + rank), 0))
    return { ad, sources: own, score: ranker ? user.probability(ranker, ad, own, now) : fused }
  })
  scored.sort((a, b) => b.score - a.score || a.ad - b.ad)
  const room = new Map(names.map((name) => [name, settings.generators[name].quota]))
  const kept = scored.filter((one) => {
    const keepers = one.sources.filter(({ generator }) => room.get(generator)! > 0)
    for (const { generator } of keepers) room.set(generator, room.get(generator)! - 1)
    return keepers.length > 0
  })
  const { ads, dropped } = choose(kept, request.k, settings, now)
  if (scored.length > kept.length) dropped.quota = scored.length - kept.length
  return {
    ads,
    found: Object.fromEntries(names.map((name) => [name, found[name].map(({ ad }) => ad)])),
    dropped,
    union: scored.length,
  }
}

type Scored = PlainAnswer['ads'][number]

/** The best by what it counts now, again and again. */
function choose(kept: readonly Scored[], k: number, settings: FunnelConfig, { inventory }: AdsNow) {
  const { advertiser, item } = inventory
  const left = new Set(kept)
  const ads: Scored[] = []
  const passed: Scored[] = []
  const dropped: Record<string, number> = {}
  const count = (why: string): void => void (dropped[why] = (dropped[why] ?? 0) + 1)
  const of = (one: Scored): number =>
    advertiser[one.ad] < 0 ? 0 : ads.filter(({ ad }) => advertiser[ad] === advertiser[one.ad]).length
  const worth = (one: Scored): number => one.score * settings.diversity ** of(one)
  let room = Math.ceil(k * settings.standardShare)
  while (left.size > 0 && ads.length < k) {
    const one = [...left].reduce((a, b) => (worth(b) > worth(a) || (worth(b) === worth(a) && b.ad < a.ad) ? b : a))
    left.delete(one)
    if (of(one) >= settings.advertiserCap) count('advertiser cap')
    else if (item[one.ad] >= 0 && ads.some(({ ad }) => item[ad] === item[one.ad])) count('same item')
    else if (item[one.ad] < 0 && room === 0) passed.push(one)
    else {
      if (item[one.ad] < 0) room--
      ads.push({ ...one, score: worth(one) })
    }
  }
  for (const one of passed)
    if (of(one) >= settings.advertiserCap) count('advertiser cap')
    else if (ads.length < k) ads.push({ ...one, score: worth(one) })
    else count('standard share')
  for (let i = 0; i < left.size; i++) count('beyond k')
  return { ads, dropped }
}

/** Of an item the ad with the highest bid; of an advertiser a standard ad and ads of its most popular items. */
function offered(ads: number[], level: string, { tables }: Parts, { inventory }: AdsNow, shopping: number): number[] {
  const { item, bid, campaign } = inventory
  const byBid = (a: number, b: number): number => bid[campaign[b]] - bid[campaign[a]] || a - b
  if (level === 'item') return ads.sort(byBid).slice(0, 1)
  const { lately } = tables.items
  const ofItems = ads.filter((ad) => item[ad] >= 0)
  return [
    ...ads
      .filter((ad) => item[ad] < 0)
      .sort(byBid)
      .slice(0, 1),
    ...ofItems.sort((a, b) => lately[item[b]] - lately[item[a]] || byBid(a, b)).slice(0, shopping),
  ]
}

type Ranking = [entry: number, score: number][]

const ranked = (scores: ReadonlyMap<number, number>): Ranking => [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0])

const rankings: Record<string, (user: PlainUser, open: OpenAds) => Ranking | Promise<Ranking>> = {
  'advertiser-model': ({ parts, request }, open) => byModel(parts.advertisers!, request, open.advertisers),
  'item-model': ({ parts, request }, open) => byModel(parts.items, request, open.items),
  'own-repeats': ({ parts, items, moment }) => {
    const times = new RepeatTimes(parts.tables.repeats.items)
    return ranked(new Map([...items].map(([item, pair]) => [item, times.expected(item, pair, moment)])))
  },
  'nearest-users': ({ votes }) => ranked(votes),
  'co-visitation': ({ near }) => ranked(near),
  'category-affinity': ({ parts, categories }) => {
    const { offsets, entries, scores } = parts.tables.ofCategory
    const found = new Map<number, number>()
    for (const [category, { share }] of categories) {
      const of = Array.from({ length: offsets[category + 1] - offsets[category] }, (_, i) => offsets[category] + i)
      const total = of.reduce((sum, i) => sum + Math.expm1(scores[i]), 0)
      for (const i of of) found.set(entries[i], (share * Math.expm1(scores[i])) / total)
    }
    return ranked(found)
  },
  popular: ({ parts: { tables }, request }) => {
    const here = tables.popularIn[tables.countries.indexOf(request.context.country ?? '')] ?? tables.popular
    const { entries, scores } = here.entries.length >= 100 ? here : tables.popular
    return Array.from(entries, (entry, i): [number, number] => [entry, scores[i]])
  },
}

async function byModel(hybrid: Parts['items'], { queries }: AdRequest, only: OpenAds['items']): Promise<Ranking> {
  const { entries, scores, counts } = await hybrid.list(queries, hybrid.entries, { only })
  return Array.from({ length: counts[0] }, (_, i): [number, number] => [entries[i], scores[i]])
}

/** What is known of who asks. */
class PlainUser {
  readonly moment: number
  readonly items: Map<number, Pair>
  readonly advertisers: Map<number, Pair>
  readonly near = new Map<number, number>()
  readonly votes = new Map<number, number>()
  readonly categories = new Map<
    number,
    { share: number; week: number; conversions: number; price: number; last: number }
  >()

  constructor(
    readonly parts: Parts,
    readonly request: AdRequest,
  ) {
    const { queries, user = -1 } = request
    const { catalog, tables } = parts
    this.moment = queries.moment as number
    this.items = readPairs(queries, 0, whole(catalog, 'item'))
    this.advertisers = readPairs(queries, 0, whole(catalog, 'advertiser'))
    const { events, users, ends } = queries
    const rows = Array.from(
      { length: ends[0] - events.offsets[users[0]] },
      (_, i) => events.offsets[users[0]] + i,
    ).filter((row) => events.eventItem[row] >= 0)
    const add = (to: Map<number, number>, entry: number, weight: number): void =>
      void to.set(entry, (to.get(entry) ?? 0) + weight)
    for (const row of rows.slice(-100)) {
      const weight = faded(this.moment - events.eventTime[row])
      const { offsets, columns, values } = tables.near
      for (let i = offsets[events.eventItem[row]]; i < offsets[events.eventItem[row] + 1]; i++)
        add(this.near, columns[i], weight * values[i])
    }
    // cosine of the vectors times idf, of all users
    const { byUser, known, t, halfLifeDays } = tables.users
    const rowOf = (u: number): [number, number][] =>
      Array.from({ length: byUser.offsets[u + 1] - byUser.offsets[u] }, (_, i) => byUser.offsets[u] + i).map((i) => [
        byUser.columns[i],
        byUser.values[i],
      ])
    const all = Array.from({ length: byUser.height }, (_, u) => rowOf(u))
    const having = new Map<number, number>()
    for (const one of all) for (const [entry] of one) add(having, entry, 1)
    const idf = (entry: number): number => (having.has(entry) ? Math.log(known / having.get(entry)!) : 0)
    const own = new Map<number, number>()
    for (const row of rows)
      add(own, events.eventItem[row], 2 ** (Math.min(0, events.eventTime[row] - t) / DAY / halfLifeDays))
    const length = (x: Iterable<[number, number]>): number =>
      Math.sqrt([...x].reduce((sum, [entry, value]) => sum + (value * idf(entry)) ** 2, 0))
    const mine = length(own)
    const like = all
      .map((one, u) => {
        const product = one.reduce((sum, [e, value]) => sum + (own.get(e) ?? 0) * value * idf(e) ** 2, 0)
        return { u, like: u === user || product === 0 ? 0 : product / (mine * length(one)) }
      })
      .filter((one) => one.like > 0)
      .sort((a, b) => b.like - a.like || a.u - b.u)
    for (const one of like.slice(0, 200))
      for (const [entry, value] of all[one.u]) add(this.votes, entry, one.like * value)
    this.readCategories()
  }

  private readCategories(): void {
    const { catalog } = this.parts
    const lately = (last: number): boolean => this.moment - last < 7 * DAY
    const ofItems = [...this.items].map(([item, pair]) => ({ ...pair, item, category: categoryOf(catalog, item) }))
    const placed = ofItems.filter(({ category }) => category >= 0)
    const sum = <T>(of: readonly T[], value: (one: T) => number): number => of.reduce((s, one) => s + value(one), 0)
    const total = sum(placed, ({ decayed }) => decayed)
    const week = sum(placed, ({ last, events }) => (lately(last) ? events : 0))
    for (const category of new Set(placed.map((one) => one.category))) {
      const of = placed.filter((one) => one.category === category)
      const priced = of.filter(({ item }) => Number.isFinite(Math.log1p(catalog.itemPrice[item])))
      this.categories.set(category, {
        share: total > 0 ? sum(of, ({ decayed }) => decayed) / total : 0,
        week: sum(of, ({ last, events }) => (lately(last) ? events : 0)) / (week || 1),
        conversions: sum(of, ({ conversions }) => conversions),
        price: sum(priced, (p) => p.events * Math.log1p(catalog.itemPrice[p.item])) / sum(priced, (p) => p.events),
        last: Math.max(...of.map(({ last }) => last)),
      })
    }
  }

  /** Rows of the history, the latest first; all of them have an item of a category. */
  private rows(): number[] {
    const { events, users, ends } = this.request.queries
    return Array.from({ length: ends[0] - events.offsets[users[0]] }, (_, i) => ends[0] - 1 - i)
  }

  /** The same by visits, which are at least half an hour apart. */
  private visitsOf(rows: number[]): number[][] {
    const { eventTime } = this.request.queries.events
    const visits: number[][] = []
    for (const row of rows) {
      const before = visits.at(-1)
      if (before && eventTime[before.at(-1)!] - eventTime[row] <= 1800) before.push(row)
      else visits.push([row])
    }
    return visits
  }

  private lastVisit(): number[] {
    return this.visitsOf(this.rows())[0]
  }

  /** Share of the items of its category known by then that cost less. */
  private level(item: number): number {
    const { catalog, tables } = this.parts
    const prices = Array.from(catalog.itemPrice.keys())
      .filter((i) => categoryOf(catalog, i) === categoryOf(catalog, item) && catalog.itemPrice[i] > 0)
      .filter((i) => catalog.itemFirstSeen[i] <= tables.asOf)
      .map((i) => catalog.itemPrice[i])
    const price = catalog.itemPrice[item]
    return price > 0 ? (prices.filter((p) => p < price).length + 0.5) / prices.length : NaN
  }

  /** By the light ranker, from columns by name. */
  probability(ranker: LightRanker, ad: number, sources: Scored['sources'], now: AdsNow): number {
    const { catalog, tables, items, advertisers } = this.parts
    const { inventory } = now
    const { queries } = this.request
    const { events, users, ends } = queries
    const [item, advertiser] = [inventory.item[ad], inventory.advertiser[ad]]
    const category = item >= 0 ? categoryOf(catalog, item) : inventory.category[ad]
    const x: Record<string, number> = {}
    const cosine = (hybrid: Parts['items'], entry: number): number => hybrid.cosine(queries.vectors![hybrid.run], entry)
    const { log1p } = Math
    const pair = (what: string, one: Pair | undefined, expected: (pair: Pair) => number): void => {
      if (!one) return
      x[`own ${what} events`] = log1p(one.events)
      x[`own ${what} events lately`] = log1p(one.decayed)
      x[`own ${what} conversions`] = log1p(one.conversions)
      x[`own ${what} age`] = faded(this.moment - one.last)
      x[`own ${what} due`] = log1p(expected(one))
    }
    const ofShop = (of: Map<number, number>): number =>
      [...of].reduce((sum, [i, weight]) => sum + (catalog.itemAdvertiser[i] === advertiser ? weight : 0), 0)
    const prices = [...this.items].map(([i, { events }]) => [log1p(catalog.itemPrice[i]), events])
    const priced = prices.filter(([price]) => Number.isFinite(price))
    const mean = priced.reduce((s, [p, n]) => s + p * n, 0) / priced.reduce((s, [, n]) => s + n, 0)
    const price = item < 0 ? NaN : log1p(catalog.itemPrice[item])
    if (item >= 0) {
      x['item cosine'] = cosine(items, item)
      pair('item', this.items.get(item), (p) => new RepeatTimes(tables.repeats.items).expected(item, p, this.moment))
      x['own item in the cart'] = this.items.get(item)?.state === LAST.carted ? 1 : 0
      x['item popularity'] = tables.items.ever[item] / 5
      x['item popularity lately'] = tables.items.lately[item] / 5
      x['item popularity this week'] = tables.items.week[item] / 5
      x['item age'] = log1p(Math.max(0, this.moment - catalog.itemFirstSeen[item]) / DAY) / 5
      const last = this.lastVisit()
      x['item in the last visit'] = log1p(last.filter((row) => events.eventItem[row] === item).length)
      const seen = [...new Set(this.rows().map((row) => events.eventItem[row]))].slice(0, 10)
      const near = seen.map((i) => items.cosine(items.vector(i), item))
      x['cosine to the last item'] = near[0]
      x['cosine to the last ten items'] = Math.max(...near)
      const levels = [...this.items].map(([i, p]) => [this.level(i), p.events + 2 * p.conversions])
      const known = levels.filter(([level]) => Number.isFinite(level))
      const own = known.reduce((s, [l, n]) => s + l * n, 0) / known.reduce((s, [, n]) => s + n, 0)
      const away = Math.abs(Math.fround(this.level(item)) - own)
      if (Number.isFinite(away)) x['price level distance'] = away
      x['stands near own items'] = log1p(this.near.get(item) ?? 0)
      x['votes of near users'] = log1p(this.votes.get(item) ?? 0)
      if (Number.isFinite(price) && Number.isFinite(mean)) {
        x['price difference'] = price - mean
        x['price distance'] = Math.abs(price - mean)
        x['price known'] = 1
      }
    }
    if (advertiser >= 0) {
      x['advertiser cosine'] = cosine(advertisers!, advertiser)
      pair('advertiser', this.advertisers.get(advertiser), (p) =>
        new RepeatTimes(tables.repeats.advertisers).expected(advertiser, p, this.moment),
      )
      const last = this.lastVisit()
      const own = last.filter((row) => catalog.itemAdvertiser[events.eventItem[row]] === advertiser)
      x['advertiser in the last visit'] = own.length / last.length
      x['advertiser popularity'] = tables.advertisers.ever[advertiser] / 5
      x['advertiser popularity lately'] = tables.advertisers.lately[advertiser] / 5
      x['advertiser stands near own items'] = log1p(ofShop(this.near))
      x['advertiser votes of near users'] = log1p(ofShop(this.votes))
    }
    if (category >= 0) {
      x['category popularity'] = tables.categories[category] / 5
      const of = (row: number): number => categoryOf(catalog, events.eventItem[row])
      const last = this.lastVisit()
      const places = last.flatMap((row, i) =>
        of(row) === category ? [last.length === 1 ? 0.5 : 1 - i / (last.length - 1)] : [],
      )
      x['category in the last visit'] = places.length / last.length
      if (places.length > 0)
        x['place of the category in the last visit'] = places.reduce((a, b) => a + b) / places.length
      const three = this.visitsOf(this.rows()).slice(0, 3).flat()
      x['category in three visits'] = three.filter((row) => of(row) === category).length / three.length
      const changes = this.rows()
        .map(of)
        .filter((c, i, all) => c !== all[i - 1])
        .slice(0, 5)
      x['category of the last event'] = changes[0] === category ? 1 : 0
      const { lift, rest } = tables.follows
      const after = (from: number): number => {
        for (let i = lift.offsets[from]; i < lift.offsets[from + 1]; i++)
          if (lift.columns[i] === category) return lift.values[i]
        return rest[from]
      }
      x['follows the last category'] = after(changes[0])
      x['follows the last five categories'] = changes.reduce((sum, from) => sum + after(from), 0) / changes.length
    }
    const interest = this.categories.get(category)
    if (interest) {
      x['own category share'] = interest.share
      x['own category share this week'] = interest.week
      x['own category conversions'] = log1p(interest.conversions)
      x['own category age'] = faded(this.moment - interest.last)
      const shelf = [...this.items].filter(
        ([i]) => categoryOf(catalog, i) === category && catalog.itemAdvertiser[i] === advertiser,
      )
      x['own category of the advertiser'] = log1p(shelf.reduce((sum, [, { decayed }]) => sum + decayed, 0))
      const apart = Math.abs(price - interest.price)
      if (Number.isFinite(apart)) x['price difference in the category'] = apart
    }
    x['history length'] = log1p(ends[0] - events.offsets[users[0]]) / 5
    x['history age'] = faded(this.moment - events.eventTime[ends[0] - 1])
    x.sources = sources.length / 3
    for (const { generator, rank } of sources) x[`rank of ${generator}`] = 10 / (10 + rank)
    const row = ranker.features.map((name) => Math.fround(x[name] ?? 0))
    const { linear, bias, hidden, hiddenBias, output, calibration } = ranker.kinds[item >= 0 ? 'shopping' : 'standard']
    const unit = (h: number): number =>
      row.reduce((sum, v, f) => sum + v * hidden[f * output.length + h], hiddenBias[h])
    const z = output.reduce((sum, weight, h) => sum + Math.max(0, unit(h)) * weight, 0)
    return Math.fround(calibration.probability(row.reduce((sum, v, f) => sum + v * linear[f], bias) + z))
  }
}
