import { DAY } from '../core/time.js'
import { CATEGORY_LEVELS, conversionMask, historyEnd, type Snapshot } from '../features/snapshot.js'
import { categoryOf, columnOf } from '../protocol/catalog.js'
import type { Level } from '../protocol/queries.js'
import type { EvaluationSet } from '../protocol/evaluation-set.js'
import { levelOf } from '../protocol/evaluation-set.js'

/**
 * What two things may have in common: category is the deepest path that the models see (of up to three levels),
 * topCategory the first level of it.
 */
export const ASPECTS = ['category', 'topCategory', 'advertiser'] as const
export type Aspect = (typeof ASPECTS)[number]

/** Shares from 0 to 1; an aspect that the data does not have is absent. */
export type Shares = Partial<Record<Aspect, number>>

/** Shares of a user's results that have something in common with the history, and with what was bought next. */
export interface Agreement {
  inHistory: Shares
  inBought: Shares
}

/**
 * Agreement of results with the history and with the purchases of the window, aspect by aspect: the share of a user's
 * results whose category (advertiser) occurs in any event of the history; and among the conversions of the window. A
 * result without a category agrees with nothing. Means are over users, each alike.
 */
export class AgreementMeter {
  /** the aspects that this level and this data have */
  readonly aspects: readonly Aspect[]
  private readonly history: Stamps
  private readonly bought: Stamps
  private read = -1
  private readonly windowEnd: number
  private readonly sums: Record<keyof Agreement, Float64Array>
  private lists = 0

  constructor(
    private readonly snapshot: Snapshot,
    private readonly set: EvaluationSet,
    private readonly level: Level,
  ) {
    this.aspects = ASPECTS.filter((aspect) =>
      aspect === 'advertiser' ? snapshot.advertisers > 0 : level === 'item' && snapshot.categories.length > 0,
    )
    this.history = new Stamps(snapshot)
    this.bought = new Stamps(snapshot)
    this.windowEnd = set.protocol.cutoff + set.protocol.windowDays * DAY
    this.sums = { inHistory: new Float64Array(this.aspects.length), inBought: new Float64Array(this.aspects.length) }
  }

  /** Agreement of one query's results, entries of the catalog; a list without results agrees with nothing. */
  of(query: number, list: Int32Array): Agreement {
    this.readUser(query)
    const { ids } = levelOf(this.set, this.level).catalog
    const shares = (stamps: Stamps): Shares =>
      Object.fromEntries(
        this.aspects.map((aspect) => [
          aspect,
          list.reduce((n, entry) => n + (stamps.has(aspect, this.keyOf(aspect, ids[entry])) ? 1 : 0), 0) /
            Math.max(1, list.length),
        ]),
      )
    return { inHistory: shares(this.history), inBought: shares(this.bought) }
  }

  /** Counts one query's results towards the means. */
  add(query: number, list: Int32Array): void {
    const one = this.of(query, list)
    this.lists++
    this.aspects.forEach((aspect, a) => {
      this.sums.inHistory[a] += one.inHistory[aspect]!
      this.sums.inBought[a] += one.inBought[aspect]!
    })
  }

  /** Means over the users whose results were added. */
  means(): Agreement {
    const mean = (sums: Float64Array): Shares =>
      Object.fromEntries(this.aspects.map((aspect, a) => [aspect, sums[a] / Math.max(1, this.lists)]))
    return { inHistory: mean(this.sums.inHistory), inBought: mean(this.sums.inBought) }
  }

  /**
   * The same of what was really bought: the share of a user's conversions whose category occurs in the history, mean
   * over users.
   */
  purchases(): Shares {
    const { users, ends } = this.set.queries
    const sums = new Float64Array(this.aspects.length)
    let counted = 0
    const { offsets } = levelOf(this.set, this.level)
    for (let q = 0; q < users.length; q++) {
      if (offsets[q] === offsets[q + 1]) continue
      this.readUser(q)
      const shared = new Float64Array(this.aspects.length)
      let conversions = 0
      for (let row = ends[q]; row < historyEnd(this.snapshot, users[q], this.windowEnd); row++) {
        if (!this.isPurchase(row)) continue
        conversions++
        this.aspects.forEach(
          (aspect, a) => (shared[a] += this.history.has(aspect, keyOfEvent(this.snapshot, aspect, row)) ? 1 : 0),
        )
      }
      if (conversions === 0) continue
      counted++
      shared.forEach((n, a) => (sums[a] += n / conversions))
    }
    return Object.fromEntries(this.aspects.map((aspect, a) => [aspect, sums[a] / Math.max(1, counted)]))
  }

  private readUser(query: number): void {
    if (this.read === query) return
    this.read = query
    const { users, ends } = this.set.queries
    this.history.clear()
    this.bought.clear()
    for (let row = this.snapshot.offsets[users[query]]; row < ends[query]; row++) this.history.mark(row)
    for (let row = ends[query]; row < historyEnd(this.snapshot, users[query], this.windowEnd); row++)
      if (this.isPurchase(row)) this.bought.mark(row)
  }

  /** A conversion that names something at this level: a signup has no item. */
  private isPurchase(row: number): boolean {
    return conversionMask[this.snapshot.eventType[row]] === 1 && columnOf(this.level, this.snapshot)[row] >= 0
  }

  private keyOf(aspect: Aspect, id: number): number {
    return this.level === 'item' ? keyOfItem(this.snapshot, aspect, id) : id
  }
}

/** Which categories and advertisers a set of events has. */
class Stamps {
  private readonly marks: Record<Aspect, Uint32Array>
  private round = 1

  constructor(private readonly snapshot: Snapshot) {
    this.marks = {
      category: new Uint32Array(snapshot.categories.length),
      topCategory: new Uint32Array(snapshot.categories.length),
      advertiser: new Uint32Array(snapshot.advertisers),
    }
  }

  clear(): void {
    this.round++
  }

  mark(row: number): void {
    for (const aspect of ASPECTS) {
      const key = keyOfEvent(this.snapshot, aspect, row)
      if (key >= 0) this.marks[aspect][key] = this.round
    }
  }

  has(aspect: Aspect, key: number): boolean {
    return key >= 0 && this.marks[aspect][key] === this.round
  }
}

function keyOfEvent(snapshot: Snapshot, aspect: Aspect, row: number): number {
  if (aspect === 'advertiser') return snapshot.eventAdvertiser[row]
  return snapshot.eventItem[row] < 0 ? -1 : keyOfItem(snapshot, aspect, snapshot.eventItem[row])
}

function keyOfItem(snapshot: Snapshot, aspect: Aspect, item: number): number {
  if (aspect === 'advertiser') return snapshot.itemAdvertiser[item]
  return aspect === 'category' ? categoryOf(snapshot, item) : snapshot.itemCategory[item * CATEGORY_LEVELS]
}
