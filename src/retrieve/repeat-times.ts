import { DAY } from '../core/time.js'
import { conversionMask, historyEnd, type CatalogData, type EventData } from '../features/snapshot.js'
import { categoryOf, columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import { addEvent, meanGap, newPair, readPairs, type Pair } from './pairs.js'
import { ExactRecommender } from './recommender.js'

/** Days since the last conversion (before the first: since the last event) at which an age begins. */
const DAYS = [0, 1, 2, 4, 7, 10, 14, 21, 30, 45, 60, 90, 135, 200, 300]
/** The same for pairs with a rhythm of their own, in means of the days between their conversions. */
const GAPS = [0, 0.125, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 8, 12]
const AGES = DAYS.length
/** Conversions from which a pair has a rhythm. */
const RHYTHM = 3
/** Days since the last event of any kind at which a stage of interest begins. */
const INTEREST = [0, 1, 7, 30]
/** Conversions of a pair at which a class begins. */
const CONVERSIONS = [0, 1, 2, 3, 5, 8, 13]
/** Classes of a pair: by conversions, by interest, by the kind of the last event. */
const CLASSES = CONVERSIONS.length * INTEREST.length * 3
/** Moments that are looked back at, a window apart. */
const MOMENTS = 6
/** Pairs that what is known of all counts for, beside what was seen of a class and age, of a group, of an entry. */
const PRIOR = { age: 20, group: 5, entry: 2 }
/** Conversions on pairs from which an entry has a row of its own. */
const OWN_ROW = 3

/** How often users convert again on what they dealt with, learned up to a moment. All arrays are row-major. */
export interface RepeatTables {
  /** the window in which conversions count */
  windowDays: number
  /** [CLASSES, AGES] conversions within the window: of a pair, or, where it has a rhythm, of a mean gap of it */
  rates: Float64Array
  /** [groups, AGES] how much more often entries of a group are, by age */
  groups: Float32Array
  /** group of every entry, -1 for none */
  groupOf: Int32Array
  /** row of every entry in `own`, -1: it is as its group is */
  rowOf: Int32Array
  /** [rows, AGES] how much more often an entry is than its group, by age */
  own: Float32Array
}

export interface Groups {
  /** group of every entry, -1 for none */
  groupOf: Int32Array
  groups: number
}

/** Items take after the others of their category; advertisers and categories after all. */
export function repeatGroups(snapshot: CatalogData, { level, ids }: Catalog): Groups {
  if (level !== 'item') return { groupOf: new Int32Array(ids.length).fill(-1), groups: 0 }
  return { groupOf: ids.map((item) => categoryOf(snapshot, item)), groups: snapshot.categories.length }
}

/**
 * Looks back at moments a window apart, the last of them a window before t: how often pairs of a user and an entry were
 * converted on within the window after it, by what had been done and how long ago. So a thing that is bought every
 * sixty days is due after sixty, not after one. Groups and entries are told apart by ratios, (conversions + prior) /
 * (those expected + prior), at every age.
 */
export function repeatTables(
  events: EventData,
  catalog: Catalog,
  { groupOf, groups }: Groups,
  t: number,
  windowDays: number,
): RepeatTables {
  const found = lookBack(events, catalog, t, windowDays)
  const [units, converted] = [new Float64Array(CLASSES * AGES), new Float64Array(CLASSES * AGES)]
  const counts = new Uint32Array(catalog.size)
  found.forEach((entry, cell, unit, times) => {
    units[cell] += unit
    converted[cell] += times
    counts[entry] += times
  })
  const rates = smoothed(units, converted)

  const [groupSeen, groupExpected] = [new Float64Array(groups * AGES), new Float64Array(groups * AGES)]
  found.forEach((entry, cell, unit, times) => {
    if (groupOf[entry] < 0) return
    const at = groupOf[entry] * AGES + (cell % AGES)
    groupSeen[at] += times
    groupExpected[at] += rates[cell] * unit
  })
  const ratios = Float32Array.from(groupSeen, (n, i) => (n + PRIOR.group) / (groupExpected[i] + PRIOR.group))

  let rows = 0
  const rowOf = Int32Array.from(counts, (n) => (n >= OWN_ROW ? rows++ : -1))
  const [seen, expected] = [new Float64Array(rows * AGES), new Float64Array(rows * AGES)]
  found.forEach((entry, cell, unit, times) => {
    if (rowOf[entry] < 0) return
    const age = cell % AGES
    const ofGroup = groupOf[entry] < 0 ? 1 : ratios[groupOf[entry] * AGES + age]
    seen[rowOf[entry] * AGES + age] += times
    expected[rowOf[entry] * AGES + age] += rates[cell] * unit * ofGroup
  })
  const own = Float32Array.from(seen, (n, i) => (n + PRIOR.entry) / (expected[i] + PRIOR.entry))
  return { windowDays, rates, groups: ratios, groupOf, rowOf, own }
}

/** Reads tables: how often a user will convert again on an entry of their history. */
export class RepeatTimes {
  constructor(readonly tables: RepeatTables) {}

  /** Conversions to be expected within the window after `moment` (unix seconds). */
  expected(entry: number, pair: Pair, moment: number): number {
    const { windowDays, rates, groups, groupOf, rowOf, own } = this.tables
    const cell = cellOf(pair, moment)
    const age = cell % AGES
    const ofGroup = groupOf[entry] < 0 ? 1 : groups[groupOf[entry] * AGES + age]
    const ofEntry = rowOf[entry] < 0 ? 1 : own[rowOf[entry] * AGES + age]
    return rates[cell] * unitOf(pair, windowDays) * ofGroup * ofEntry
  }
}

/** What the user will convert on again most often within the window, by the time since they last dealt with it. */
export class DueRepeats extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'own repeats, due'
  readonly level
  readonly entries
  private readonly times: RepeatTimes

  /** @param days the window in which conversions count */
  constructor(
    events: EventData,
    private readonly catalog: Catalog,
    groups: Groups,
    t: number,
    days: number,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    this.times = new RepeatTimes(repeatTables(events, catalog, groups, t, days))
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++)
      for (const [entry, pair] of readPairs(queries, q, this.catalog))
        out[(q - from) * this.entries + entry] = this.times.expected(entry, pair, seenAt(queries, q))
  }
}

/** Class and age of a pair at a moment, as one number: class * AGES + age. */
function cellOf(pair: Pair, moment: number): number {
  const { conversions, state, last, lastConversion } = pair
  const class_ = binOf(CONVERSIONS, conversions)
  const days = (moment - (conversions > 0 ? lastConversion : last)) / DAY
  const age = conversions >= RHYTHM ? binOf(GAPS, days / meanGap(pair)) : binOf(DAYS, days)
  const interest = binOf(INTEREST, (moment - last) / DAY)
  return ((class_ * INTEREST.length + interest) * 3 + state) * AGES + age
}

/** What rates are of: one for a pair, or the mean gaps that the window holds for one with a rhythm. */
const unitOf = (pair: Pair, windowDays: number): number => (pair.conversions >= RHYTHM ? windowDays / meanGap(pair) : 1)

/** The last bin that begins at or below x. */
function binOf(edges: readonly number[], x: number): number {
  let b = edges.length - 1
  while (b > 0 && edges[b] > x) b--
  return b
}

/** The rate of each cell, drawn towards that of its class, and that towards the rate of all. */
function smoothed(units: Float64Array, converted: Float64Array): Float64Array {
  const rate = (n: number, times: number, parent: number): number => (times + PRIOR.age * parent) / (n + PRIOR.age)
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)
  const all = (sum(converted) + 0.5) / (sum(units) + 1)
  const out = new Float64Array(units.length)
  for (let class_ = 0; class_ < CLASSES; class_++) {
    const [from, to] = [class_ * AGES, (class_ + 1) * AGES]
    const ofClass = rate(sum(units.subarray(from, to)), sum(converted.subarray(from, to)), all)
    for (let i = from; i < to; i++) out[i] = rate(units[i], converted[i], ofClass)
  }
  return out
}

/** Pairs at the moments looked back at, each with its class and age, its unit, and how often it was converted on. */
class Found {
  private length = 0
  private entry = new Int32Array(1 << 16)
  private cell = new Uint16Array(1 << 16)
  private unit = new Float32Array(1 << 16)
  private times = new Uint16Array(1 << 16)

  add(entry: number, cell: number, unit: number, times: number): void {
    if (this.length === this.entry.length) this.grow()
    this.entry[this.length] = entry
    this.cell[this.length] = cell
    this.unit[this.length] = unit
    this.times[this.length++] = times
  }

  forEach(each: (entry: number, cell: number, unit: number, times: number) => void): void {
    for (let i = 0; i < this.length; i++) each(this.entry[i], this.cell[i], this.unit[i], this.times[i])
  }

  private grow(): void {
    const larger = <T extends Int32Array | Uint16Array | Float32Array>(array: T): T => {
      const out = new (array.constructor as new (n: number) => T)(array.length * 2)
      out.set(array)
      return out
    }
    this.entry = larger(this.entry)
    this.cell = larger(this.cell)
    this.unit = larger(this.unit)
    this.times = larger(this.times)
  }
}

function lookBack(events: EventData, catalog: Catalog, t: number, windowDays: number): Found {
  const column = columnOf(catalog.level, events)
  const found = new Found()
  const window = windowDays * DAY
  const pairs = new Map<number, Pair>()
  const after = new Map<number, number>()
  for (let user = 0; user < events.users; user++) {
    pairs.clear()
    let row = events.offsets[user]
    const end = historyEnd(events, user, t)
    for (let moment = t - MOMENTS * window; moment < t; moment += window) {
      for (; row < end && events.eventTime[row] <= moment; row++) {
        const entry = entryOf(catalog, column[row])
        if (entry < 0) continue
        let pair = pairs.get(entry)
        if (!pair) pairs.set(entry, (pair = newPair()))
        addEvent(pair, events.eventType[row], events.eventTime[row])
      }
      if (pairs.size === 0) continue
      after.clear()
      for (let next = row; next < end && events.eventTime[next] <= moment + window; next++) {
        if (conversionMask[events.eventType[next]] === 0) continue
        const entry = entryOf(catalog, column[next])
        after.set(entry, (after.get(entry) ?? 0) + 1)
      }
      for (const [entry, pair] of pairs)
        found.add(entry, cellOf(pair, moment), unitOf(pair, windowDays), after.get(entry) ?? 0)
    }
  }
  return found
}
