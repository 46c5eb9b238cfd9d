import { BID_TYPES, type AdInventory } from '../ads/inventory.js'
import type { FunnelConfig } from '../config/schema.js'
import { hashInt } from '../core/hash.js'
import { Rng } from '../core/rng.js'
import { MARGIN } from '../events/world/ads.js'
import { clickChance, noticeChance, purchaseChance, respond, type ExposureKnobs } from '../events/world/exposure.js'
import type { StoredWorld } from '../events/world/stored-world.js'
import { STREAM } from '../events/world/streams.js'
import { mostWanted, wantOf } from '../events/world/wants.js'
import { DOMAINS, EVENT_TYPES, type Snapshot } from '../features/snapshot.js'
import { countryOf } from '../funnel/countries.js'
import type { AdsNow } from '../funnel/eligibility.js'
import { Funnel, type FunnelRun } from '../funnel/funnel.js'
import type { Parts } from '../funnel/generators/generator.js'
import { GENERATORS } from '../funnel/generators/index.js'
import type { LightRanker } from '../funnel/l1/light-ranker.js'
import type { AdRequest } from '../funnel/request.js'
import type { Countries } from '../funnel/tables.js'
import { muted, type Arm } from './arms.js'
import { auction, bidValue, type AuctionRules, type Bidder, type Placed } from './auction.js'
import { Histories } from './histories.js'
import type { OrganicLife, Visit } from './organic-life.js'
import { STAGES, noOutcomes, type Outcomes, type Shown, type Survival } from './outcomes.js'
import { Pacer } from './pacing.js'
import { OwnPurchases, PendingPurchases, type Pending } from './purchases.js'

const DAY = 86_400
const HOUR = 3600
/** Rows that an ad may add to a history: the visit to the advertiser, and the purchase. */
const ROWS_OF_AN_AD = 2
/** Days in which earlier ads of an advertiser tire. */
const FATIGUE_DAYS = 7
/** Days for which is remembered what was shown to whom: the longest window of a frequency cap. */
const REMEMBERED_DAYS = 30
const CHECKOUT = EVENT_TYPES.indexOf('checkout')
const VIEW = EVENT_TYPES.indexOf('view')
const OFFSITE = DOMAINS.indexOf('offsite')

/** What worlds are lived with, whoever is in which arm. */
export interface Laws {
  exposure: ExposureKnobs
  auction: AuctionRules
  /** ads that the funnel hands on to heavy scoring */
  handedOn: number
  /** heavy scoring: the true chances times exp(noise z - noise^2 / 2), z a standard normal for each ad and request */
  scoringNoise: number
}

export interface Setting {
  stored: StoredWorld
  snapshot: Snapshot
  life: OrganicLife
  /** unix seconds, midnight: the first day begins */
  start: number
  /** unix seconds up to which the snapshot's histories are read */
  asOf: number
  parts: Parts
  /** absent: no arm may be ranked by it */
  ranker?: LightRanker
  funnel: FunnelConfig
  inventory: AdInventory
  countries: Countries
  laws: Laws
  seed: number
}

/** Who is in which arm, and what arms share. */
export interface Assignment {
  arms: readonly Arm[]
  /** [users] index of the arm */
  armOf: ArrayLike<number>
  /**
   * shared: both arms spend the same budgets, as where users alone are split; split: each has its share of every
   * budget (Liu, Mao & Kang 2020)
   */
  budgets: 'shared' | 'split'
  /** at every request also note what each arm would have put into the first place, had it been asked */
  choices?: boolean
}

/** The first place of a request: what was chosen by chance and how it went, and what an arm would have chosen. */
export interface Choice {
  user: number
  /** index of the arm that would have chosen, without exploration */
  arm: number
  /** with which what was shown was chosen */
  propensity: number
  /** 1: the arm would have shown the same */
  target: number
  clicked: number
  /** clicks that heavy scoring expects of what was shown, and of what the arm would have shown */
  expected: number
  expectedOfTarget: number
  /** the true chance of a click on what the arm would have shown */
  truth: number
  /** 1: what the arm would have shown had a chance of being shown */
  supported: number
}

/** What has come of a world by the end of a day; columns go on being counted in. */
export interface DayEnd {
  day: number
  outcomes: Outcomes
  survival: Survival[]
  /** milliseconds of the funnel, by arm, and its requests */
  funnelMs: number[]
  requests: number[]
  /** [arms] advertisers with a conversion */
  converting: number[]
  /** of today */
  shown: Shown[]
  choices: Choice[]
}

/** Lives a world for some days; see docs/simulate.md. The same setting, assignment and seed give the same outcomes. */
export async function* live(setting: Setting, assignment: Assignment, days: number): AsyncGenerator<DayEnd, void> {
  const world = new LivingWorld(setting, assignment)
  await world.encodeAll()
  for (let day = 0; day < days; day++) yield await world.day(day)
}

/** An arm while it is lived. */
interface Side {
  arm: Arm
  funnel: Funnel
  pacer: Pacer
  now: AdsNow
  counts: Float64Array[]
  ms: number
  requests: number
  converting: Set<number>
}

interface Bids {
  bidders: Bidder[]
  /** by ad: how much is wanted of what it sells, and the item that would be bought */
  want: Map<number, { item: number; want: number }>
}

class LivingWorld {
  private readonly histories: Histories
  private readonly sides: Side[]
  private readonly pacers: Pacer[]
  private readonly own: OwnPurchases
  private readonly pending = new PendingPurchases()
  private readonly outcomes: Outcomes
  /** [users] */
  private readonly impressions: { ad: number; time: number }[][]
  private readonly advertisersSeen: Set<number>[]
  private readonly nextOwn: Int32Array
  private readonly changed = new Set<number>()
  private readonly vectors: Record<string, Float32Array> = {}
  private shown: Shown[] = []
  private choices: Choice[] = []
  private visit = 0

  constructor(
    private readonly setting: Setting,
    private readonly assignment: Assignment,
  ) {
    const { snapshot, life, asOf, inventory, laws } = setting
    const { users } = snapshot
    const room = Float64Array.from(life.own, ({ time }) => time.length)
    for (const { user } of life.visits) room[user] += ROWS_OF_AN_AD * laws.auction.places
    this.histories = new Histories(snapshot, asOf, room)
    this.own = new OwnPurchases(life.own, setting.stored.world.catalog.itemCategory)
    this.outcomes = noOutcomes(users)
    this.impressions = Array.from({ length: users }, () => [])
    this.advertisersSeen = Array.from({ length: users }, () => new Set())
    this.nextOwn = new Int32Array(users)
    const { arms, budgets } = assignment
    const pool = (share: number): { pacer: Pacer; now: AdsNow } => {
      const ads = { ...inventory, dailyBudget: inventory.dailyBudget.map((budget) => budget * share) }
      const pacer = new Pacer(ads)
      return { pacer, now: { inventory: ads, spent: pacer.spent } }
    }
    const pools = budgets === 'shared' ? [pool(1)] : arms.map(() => pool(1 / arms.length))
    this.pacers = pools.map(({ pacer }) => pacer)
    this.sides = arms.map((arm, a) => {
      const ranker = arm.ranked ? setting.ranker : undefined
      if (arm.ranked && !ranker) throw new Error(`${arm.name} is ranked, and there is no light ranker`)
      const funnel = new Funnel(setting.parts, muted(GENERATORS, arm.without), setting.funnel, ranker)
      return {
        arm,
        funnel,
        ...pools[budgets === 'shared' ? 0 : a],
        counts: funnel.generators.map(() => new Float64Array(STAGES.length)),
        ms: 0,
        requests: 0,
        converting: new Set<number>(),
      }
    })
  }

  /** Vectors of all users as they are when the first day begins. */
  async encodeAll(): Promise<void> {
    for (let user = 0; user < this.nextOwn.length; user++) this.catchUp(user, this.setting.start)
    this.outcomes.organic.fill(0)
    await this.encode(Int32Array.from(this.nextOwn.keys()), this.setting.start)
    this.changed.clear()
  }

  async day(day: number): Promise<DayEnd> {
    const { life, start } = this.setting
    const begins = start + day * DAY
    const ends = begins + DAY
    let hour = 1
    this.shown = []
    this.choices = []
    for (const pacer of this.pacers) pacer.begin()
    for (; this.visit < life.visits.length && life.visits[this.visit].time < ends; this.visit++) {
      const visit = life.visits[this.visit]
      for (; begins + hour * HOUR <= visit.time; hour++) this.control(begins, hour)
      this.settle(visit.time)
      await this.request(visit, this.visit)
    }
    for (; hour <= 24; hour++) this.control(begins, hour)
    this.settle(ends - 1)
    for (let user = 0; user < this.nextOwn.length; user++) this.catchUp(user, ends)
    const nightly = [...this.changed]
      .filter((user) => this.sideOf(user).arm.vectors === 'nightly')
      .sort((a, b) => a - b)
    await this.encode(Int32Array.from(nightly), ends)
    this.changed.clear()
    return {
      day: day + 1,
      outcomes: this.outcomes,
      survival: this.sides.flatMap(({ arm, funnel, counts }) =>
        funnel.generators.map(({ name }, g) => ({ arm: arm.name, generator: name, counts: counts[g] })),
      ),
      funnelMs: this.sides.map(({ ms }) => ms),
      requests: this.sides.map(({ requests }) => requests),
      converting: this.sides.map(({ converting }) => converting.size),
      shown: this.shown,
      choices: this.choices,
    }
  }

  private sideOf(user: number): Side {
    return this.sides[this.assignment.armOf[user]]
  }

  private control(begins: number, hour: number): void {
    this.settle(begins + hour * HOUR - 1)
    for (const pacer of this.pacers) pacer.control(hour / 24)
  }

  /** Asks the funnel for ads, lets them bid, shows some, and lets the user respond. */
  private async request(visit: Visit, number: number): Promise<void> {
    const { setting, outcomes } = this
    const { laws, seed, inventory } = setting
    const { user, time } = visit
    const side = this.sideOf(user)
    this.catchUp(user, time)
    const began = performance.now()
    const run = await side.funnel.run(await this.adRequest(user, time, side), side.now)
    side.ms += performance.now() - began
    side.requests++
    outcomes.requests[user]++

    const { bidders, want } = this.bids(side, run, visit, number)
    const placed = auction(bidders, laws.auction, new Rng(seed, STREAM.auction, number))
    const found = this.count(side, run)
    const before = this.impressions[user].slice()
    const choices = this.assignment.choices ? await this.choicesOf(visit, number, placed[0], bidders) : []
    placed.forEach(({ bidder, share, propensity }, place) => {
      const { ad, advertiser } = bidder
      const campaign = inventory.campaign[ad]
      const seen = this.shownLately(before, advertiser, time)
      const { item, want: wanted } = want.get(ad)!
      const chance = noticeChance(laws.exposure, place, seen)
      const response = respond(new Rng(seed, STREAM.exposure, number, place), laws.exposure, chance, wanted)
      const { noticed, clicked, buys, delay, substitutes } = response
      const shown: Shown = {
        ...{ user, ad, time, place, propensity, noticed, clicked },
        ...{ arm: this.assignment.armOf[user], converted: false, incremental: false, spend: 0 },
      }
      this.shown.push(shown)
      this.impressions[user].push({ ad, time })
      this.advertisersSeen[user].add(advertiser)
      if (place === 0) for (const choice of choices) this.choices.push({ ...choice, clicked: Number(clicked) })
      outcomes.impressions[user]++
      outcomes.advertisers[user] = this.advertisersSeen[user].size
      const price = inventory.bid[campaign] * side.pacer.multiplier(campaign) * share
      const type = BID_TYPES[inventory.bidType[campaign]]
      if (noticed && type === 'impression') this.charge(side, shown, campaign, price / 1000)
      for (const g of found.get(ad)!) side.counts[g][STAGES.indexOf('shown')]++
      if (!clicked) return
      outcomes.clicks[user]++
      if (type === 'click') this.charge(side, shown, campaign, price)
      for (const g of found.get(ad)!) side.counts[g][STAGES.indexOf('clicked')]++
      if (item < 0) return
      this.histories.add(user, item, advertiser, VIEW, OFFSITE, time)
      this.changed.add(user)
      const due = { time: time + delay, user, item, campaign, substitutes, shown }
      if (buys) this.pending.add({ ...due, price: type === 'action' ? price : 0, found: found.get(ad)! })
    })
  }

  /** What the ads that were handed on bid, and what the user wants of each. */
  private bids(side: Side, run: FunnelRun, { time, wants }: Visit, number: number): Bids {
    const { laws, seed, stored, inventory } = this.setting
    const want: Bids['want'] = new Map()
    const bidders = run.answer.ads.flatMap(({ ad }): Bidder[] => {
      const campaign = inventory.campaign[ad]
      const part = hashInt(campaign, hashInt(number, seed)) / 2 ** 32
      if (!side.pacer.takesPart(campaign, part)) return []
      const item = inventory.item[ad]
      const about =
        item >= 0
          ? { item, want: wantOf(stored.world, wants, item) }
          : mostWanted(stored.world, wants, inventory.advertiser[ad], time)
      want.set(ad, about)
      const noise = laws.scoringNoise
      const z = noise === 0 ? 0 : new Rng(seed, STREAM.scoring, number, ad).normal()
      const clicks = clickChance(laws.exposure, about.want) * Math.exp(noise * z - (noise * noise) / 2)
      const rates = { clicks, actions: clicks * purchaseChance(laws.exposure, about.want) }
      const value = bidValue(inventory, campaign, rates, side.pacer.multiplier(campaign))
      return [{ ad, advertiser: inventory.advertiser[ad], ...rates, value }]
    })
    return { bidders, want }
  }

  /** What each arm would have put into the first place, beside what was put there. */
  private async choicesOf(
    visit: Visit,
    number: number,
    first: Placed | undefined,
    bidders: readonly Bidder[],
  ): Promise<Omit<Choice, 'clicked'>[]> {
    if (!first) return []
    const { laws } = this.setting
    const { user, time } = visit
    const before = this.impressions[user]
    const chance = (advertiser: number): number =>
      noticeChance(laws.exposure, 0, this.shownLately(before, advertiser, time))
    const couldBe = new Set(bidders.filter(({ value }) => value >= laws.auction.reserve).map(({ ad }) => ad))
    const choices: Omit<Choice, 'clicked'>[] = []
    for (const [arm, side] of this.sides.entries()) {
      const run = await side.funnel.run(await this.adRequest(user, time, side), side.now)
      const own = this.bids(side, run, visit, number)
      const [best] = auction(own.bidders, { ...laws.auction, places: 1, exploration: 0 }, new Rng(number))
      if (!best) continue
      const { ad, advertiser, clicks } = best.bidder
      choices.push({
        user,
        arm,
        propensity: first.propensity,
        target: ad === first.bidder.ad ? 1 : 0,
        expected: chance(first.bidder.advertiser) * first.bidder.clicks,
        expectedOfTarget: chance(advertiser) * clicks,
        truth: chance(advertiser) * clickChance(laws.exposure, own.want.get(ad)!.want),
        supported: couldBe.has(ad) && laws.auction.exploration > 0 ? 1 : 0,
      })
    }
    return choices
  }

  /** Ads of an advertiser that tire the user. */
  private shownLately(before: readonly { ad: number; time: number }[], advertiser: number, time: number): number {
    const since = time - FATIGUE_DAYS * DAY
    return before.filter((one) => one.time > since && this.setting.inventory.advertiser[one.ad] === advertiser).length
  }

  private async adRequest(user: number, time: number, { arm }: Side): Promise<AdRequest> {
    const { countries, parts, laws } = this.setting
    const { events, ends } = this.histories
    const country = countryOf(countries, user)
    const queries = { events, users: Int32Array.of(user), ends: ends.subarray(user, user + 1), moment: time }
    const vectors: Record<string, Float32Array> = {}
    for (const hybrid of [parts.items, parts.advertisers]) {
      if (!hybrid) continue
      const { run, width } = hybrid
      vectors[run] =
        arm.vectors === 'at request'
          ? (await hybrid.userVectors(queries))[0]
          : this.vectors[run].subarray(user * width, (user + 1) * width)
    }
    const since = time - REMEMBERED_DAYS * DAY
    const seen = this.impressions[user]
    while (seen.length > 0 && seen[0].time <= since) seen.shift()
    return {
      queries: { ...queries, vectors },
      user,
      context: { moment: time, ...(country !== undefined && { country }) },
      impressions: seen,
      k: laws.handedOn,
    }
  }

  /** Counts what generators found through the stages. @returns the generators that found each ad handed on */
  private count({ counts }: Side, { candidates, result }: FunnelRun): Map<number, number[]> {
    const add = (stage: (typeof STAGES)[number], candidate: number): void => {
      for (const { generator } of candidates.sources[candidate]) counts[generator][STAGES.indexOf(stage)]++
    }
    for (let c = 0; c < candidates.ads.length; c++) add('found', c)
    for (const c of result.kept) add('kept', c)
    const found = new Map<number, number[]>()
    for (const { candidate } of result.blended) {
      add('handed on', candidate)
      found.set(
        candidates.ads[candidate],
        candidates.sources[candidate].map(({ generator }) => generator),
      )
    }
    return found
  }

  private charge(side: Side, shown: Shown, campaign: number, amount: number): void {
    side.pacer.charge(campaign, amount)
    shown.spend += amount
    this.outcomes.spend[shown.user] += amount
  }

  /** Purchases that come up to a moment. */
  private settle(time: number): void {
    for (const purchase of this.pending.until(time)) this.buy(purchase)
  }

  private buy(purchase: Pending): void {
    const { outcomes, setting } = this
    const { user, item, time, campaign, price, shown, found } = purchase
    const { itemAdvertiser, itemPrice } = setting.stored.world.catalog
    const side = this.sideOf(user)
    this.catchUp(user, time)
    shown.converted = true
    shown.incremental = !this.own.standsFor(purchase, setting.laws.exposure.substitution)
    outcomes.conversions[user]++
    if (shown.incremental) outcomes.incremental[user]++
    outcomes.value[user] += itemPrice[item] * MARGIN.median
    side.converting.add(itemAdvertiser[item])
    for (const g of found) side.counts[g][STAGES.indexOf('converted')]++
    if (price > 0) this.charge(side, shown, campaign, price)
    this.histories.add(user, item, itemAdvertiser[item], CHECKOUT, OFFSITE, time)
    this.changed.add(user)
  }

  /** What a user did of their own before a moment becomes part of their history. */
  private catchUp(user: number, before: number): void {
    const { item, advertiser, type, domain, time } = this.setting.life.own[user]
    let e = this.nextOwn[user]
    for (; e < time.length && time[e] < before; e++) {
      if (this.own.isDisplaced(user, e)) continue
      if (type[e] === CHECKOUT) this.outcomes.organic[user]++
      this.histories.add(user, item[e], advertiser[e], type[e], domain[e], time[e])
      this.changed.add(user)
    }
    this.nextOwn[user] = e
  }

  private async encode(users: Int32Array, moment: number): Promise<void> {
    const { parts } = this.setting
    const { events, ends } = this.histories
    for (const hybrid of [parts.items, parts.advertisers]) {
      if (!hybrid) continue
      const { run, width } = hybrid
      this.vectors[run] ??= new Float32Array(events.users * width)
      if (users.length === 0) continue
      const made = await hybrid.userVectors({ events, users, ends: users.map((user) => ends[user]), moment })
      made.forEach((vector, u) => this.vectors[run].set(vector, users[u] * width))
    }
  }
}
