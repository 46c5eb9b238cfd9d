import { BID_TYPES } from '../ads/inventory.js'
import { Rng } from '../core/rng.js'
import { DAY } from '../core/time.js'
import { MARGIN } from '../events/world/ads.js'
import { noticeChance, respond } from '../events/world/exposure.js'
import { STREAM } from '../events/world/streams.js'
import type { RequestContext } from '../features/context.js'
import { DOMAINS, EVENT_TYPES, categoriesOf } from '../features/snapshot.js'
import { refreshedParts } from '../funnel/as-of.js'
import { countryOf } from '../funnel/countries.js'
import type { Impression } from '../funnel/eligibility.js'
import type { FunnelRun } from '../funnel/funnel.js'
import type { AdRequest } from '../funnel/request.js'
import type { Assignment } from './arms.js'
import { auction } from './auction.js'
import { bidsOf } from './bids.js'
import { choicesOf } from './choices.js'
import { shownLately } from './fatigue.js'
import { Histories } from './histories.js'
import type { Visit } from './organic-life.js'
import { STAGES, noOutcomes, type Choice, type DayEnd, type Outcomes, type Shown } from './outcomes.js'
import type { Pacer } from './pacing.js'
import { OwnPurchases, PendingPurchases, type Pending } from './purchases.js'
import type { Setting } from './setting.js'
import { countFound, foundBy, funnelOf, sidesOf, type Side } from './sides.js'

const HOUR = 3600
/** Rows that an ad may add to a history: the visit to the advertiser, and the purchase. */
const ROWS_OF_AN_AD = 2
/** Days for which is remembered what was shown to whom: the longest window of a frequency cap. */
const REMEMBERED_DAYS = 30
const CHECKOUT = EVENT_TYPES.indexOf('checkout')
const VIEW = EVENT_TYPES.indexOf('view')
const SEARCH = EVENT_TYPES.indexOf('search')
const OFFSITE = DOMAINS.indexOf('offsite')
const ONSITE = DOMAINS.indexOf('onsite')

/** Lives a world for some days; see docs/simulate.md. The same setting, assignment and seed give the same outcomes. */
export async function* live(setting: Setting, assignment: Assignment, days: number): AsyncGenerator<DayEnd, void> {
  const world = new LivingWorld(setting, assignment)
  await world.encodeAll()
  for (let day = 0; day < days; day++) yield await world.day(day)
}

class LivingWorld {
  private readonly histories: Histories
  private readonly sides: Side[]
  private readonly pacers: Pacer[]
  private readonly own: OwnPurchases
  private readonly pending = new PendingPurchases()
  private readonly outcomes: Outcomes
  /** [users] */
  private readonly impressions: Impression[][]
  private readonly advertisersSeen: Set<number>[]
  private readonly nextOwn: Int32Array
  /** [users] unix seconds at which they ask for ads for the last time; 0: never */
  private readonly lastVisit: Float64Array
  private readonly changed = new Set<number>()
  private readonly vectors: Record<string, Float32Array> = {}
  private shown: Shown[] = []
  private choices: Choice[] = []
  private visit = 0

  constructor(
    private readonly setting: Setting,
    private readonly assignment: Assignment,
  ) {
    const { snapshot, life, asOf, laws } = setting
    const { users } = snapshot
    const room = Float64Array.from(life.own, ({ time }) => time.length)
    for (const { user } of life.visits) room[user] += ROWS_OF_AN_AD * laws.auction.places
    this.histories = new Histories(snapshot, asOf, room)
    this.own = new OwnPurchases(life.own, setting.stored.world.catalog.itemCategory)
    this.outcomes = noOutcomes(users)
    this.impressions = Array.from({ length: users }, () => [])
    this.advertisersSeen = Array.from({ length: users }, () => new Set())
    this.nextOwn = new Int32Array(users)
    this.lastVisit = new Float64Array(users)
    for (const { user, time } of life.visits) this.lastVisit[user] = time
    this.sides = sidesOf(setting, assignment)
    this.pacers = [...new Set(this.sides.map(({ pacer }) => pacer))]
  }

  /** Vectors of all users as they are when the first day begins. */
  async encodeAll(): Promise<void> {
    for (let user = 0; user < this.nextOwn.length; user++) this.catchUp(user, this.setting.start)
    this.outcomes.organic.fill(0)
    await this.encode([...this.nextOwn.keys()], this.setting.start)
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
    await this.refresh(ends)
    return {
      day: day + 1,
      outcomes: this.outcomes,
      survival: this.sides.flatMap(({ arm, funnel, counts }) =>
        funnel.generators.map(({ name }, g) => ({ arm: arm.name, generator: name, counts: counts[g] })),
      ),
      funnelMs: this.sides.map(({ ms }) => ms),
      requests: this.sides.map(({ requests }) => requests),
      converting: this.sides.map(({ converting }) => converting.size),
      budgets: this.pacers.map(({ budgets }) => budgets),
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

    const { bidders, want } = bidsOf(setting, side, run, visit, number)
    const placed = auction(bidders, laws.auction, new Rng(seed, STREAM.auction, number))
    countFound(side, run)
    const before = this.impressions[user].slice()
    const ask = async (other: Side): Promise<FunnelRun> =>
      other.funnel.run(await this.adRequest(user, time, other), other.now)
    const answered = { visit, number, first: placed[0], bidders, before }
    const choices = this.assignment.choices ? await choicesOf(setting, this.sides, answered, ask) : []
    placed.forEach(({ bidder, share, propensity }, place) => {
      const { ad, advertiser } = bidder
      const campaign = inventory.campaign[ad]
      const found = foundBy(run, ad)
      const seen = shownLately(inventory, before, advertiser, time)
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
      for (const g of found) side.counts[g][STAGES.indexOf('shown')]++
      if (!clicked) return
      outcomes.clicks[user]++
      if (type === 'click') this.charge(side, shown, campaign, price)
      for (const g of found) side.counts[g][STAGES.indexOf('clicked')]++
      if (item < 0) return
      this.histories.add(user, item, advertiser, VIEW, OFFSITE, time)
      this.changed.add(user)
      const due = { time: time + delay, user, item, campaign, substitutes, shown }
      if (buys) this.pending.add({ ...due, price: type === 'action' ? price : 0, found })
    })
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
    const context = arm.context ? this.contextOf(user, time) : undefined
    const inContext = context && (await parts.items.inContext(vectors[parts.items.run], context))
    const since = time - REMEMBERED_DAYS * DAY
    const seen = this.impressions[user]
    while (seen.length > 0 && seen[0].time <= since) seen.shift()
    return {
      queries: { ...queries, vectors },
      ...(inContext && { inContext }),
      user,
      context: { moment: time, ...(country !== undefined && { country }) },
      impressions: seen,
      k: laws.handedOn,
    }
  }

  /** What the platform sees of a visit when it begins: what is searched there, or the item that is looked at. */
  private contextOf(user: number, time: number): RequestContext | undefined {
    const { life, snapshot } = this.setting
    const own = life.own[user]
    const e = this.nextOwn[user]
    if (e >= own.time.length || own.time[e] !== time || own.domain[e] !== ONSITE) return undefined
    const item = own.item[e]
    if (own.type[e] === VIEW) return { item, time }
    return own.type[e] === SEARCH ? { categories: categoriesOf(snapshot, item), time } : undefined
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

  /** What `adseq refresh` does at night: tables, popularity, and vectors of the users who did something. */
  private async refresh(moment: number): Promise<void> {
    const { setting, sides } = this
    const parts = refreshedParts(setting.parts, this.histories.asSnapshot(), setting.countries, moment)
    for (const side of sides) side.funnel = funnelOf(setting, side.arm, parts)
    await this.encode([...this.changed], moment)
    this.changed.clear()
  }

  /** Makes the vectors of those of some users who will ask for ads, and whose arm reads stored ones. */
  private async encode(some: readonly number[], moment: number): Promise<void> {
    const { parts } = this.setting
    // where every arm is asked what it would choose, everyone is read by all of them
    const sides = (user: number): readonly Side[] => (this.assignment.choices ? this.sides : [this.sideOf(user)])
    const reads = (user: number): boolean =>
      this.lastVisit[user] >= moment && sides(user).some(({ arm }) => arm.vectors === 'nightly')
    const users = Int32Array.from(some.filter(reads)).sort()
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
