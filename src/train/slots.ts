import { DAY } from '../core/time.js'
import type { Snapshot } from '../features/snapshot.js'
import { historyEnd } from '../features/snapshot.js'
import type { BatchSourceOptions } from './batch.js'
import type { Positives } from './positives.js'

/** Ranges [first[k], last[k]) of another list; `first` and `last` never fall with k. */
export interface Ranges {
  count: number
  first: Int32Array
  last: Int32Array
}

/** Event rows of a user at which an output may stand, each with the range of positives in its own window. */
export interface Positions extends Ranges {
  /** event row: the last of its basket */
  row: Uint32Array
}

/** Anchors of a user in order of time, each with the range of what can be drawn from it. */
export interface Slots extends Ranges {
  /** unix seconds; a float64 list since weights are computed from it */
  time: Float64Array
  /** end (exclusive) of the history: the first event row after the anchor */
  end: Uint32Array
  /** 2^(-(limit - time) / half-life); 1 without recency weighting */
  weight: Float64Array
}

/**
 * Finds the anchors of one user at a time. Its lists are scratch: valid until the next call.
 *
 * An anchor a has a history (events with time <= a) and a window (a, a + K] that ends at or before the limit. Both
 * are cut by time alone, so that a basket (events with one timestamp) is never in two parts. Policy `day`: a is a
 * midnight (UTC) from the first event on; `event`: the time of a basket. What a slot's range is over:
 *
 * - all-action: `positives` in the window;
 * - next-action: `positives` of the first moment in the window that has any;
 * - dense-all-action: `positions`, the ends of baskets among the last `length` events of the history whose own window
 *   holds a positive. A position's window ends before the limit because the anchor's does.
 *
 * Anchors without anything to draw are left out.
 */
export class SlotFinder {
  readonly dense: boolean
  /** event rows of the user's positives up to the limit, in order of time */
  readonly positives: { count: number; row: Uint32Array }
  readonly positions: Positions
  readonly slots: Slots
  private readonly window: number
  private readonly lastAnchor: number

  constructor(
    private readonly snapshot: Snapshot,
    private readonly positive: Positives,
    private readonly options: Pick<BatchSourceOptions, 'train' | 'limit' | 'model'>,
  ) {
    const { train, limit } = options
    this.dense = train.objective === 'dense-all-action'
    this.window = train.windowDays * DAY
    this.lastAnchor = limit - this.window
    let events = 0
    for (let u = 0; u < snapshot.users; u++) events = Math.max(events, snapshot.offsets[u + 1] - snapshot.offsets[u])
    const slots = train.anchors === 'event' ? events : daysBetween(firstTime(snapshot), this.lastAnchor)
    const ranges = (n: number): Ranges => ({ count: 0, first: new Int32Array(n), last: new Int32Array(n) })
    this.positives = { count: 0, row: new Uint32Array(events) }
    this.positions = { ...ranges(this.dense ? events : 0), row: new Uint32Array(this.dense ? events : 0) }
    this.slots = {
      ...ranges(slots),
      time: new Float64Array(slots),
      end: new Uint32Array(slots),
      weight: new Float64Array(slots),
    }
  }

  /** Fills the lists for user u. @returns the number of slots */
  find(u: number): number {
    const from = this.snapshot.offsets[u]
    const to = historyEnd(this.snapshot, u, this.options.limit)
    this.slots.count = 0
    this.findPositives(from, to)
    if (this.positives.count === 0) return 0
    if (this.dense) this.findPositions(from, to)
    if (this.options.train.anchors === 'event') this.anchorsAtBaskets(from, to)
    else this.anchorsAtMidnights(from, to)
    return this.slots.count
  }

  private findPositives(from: number, to: number): void {
    let n = 0
    for (let e = from; e < to; e++) if (this.positive.has(e)) this.positives.row[n++] = e
    this.positives.count = n
  }

  private findPositions(from: number, to: number): void {
    const { positions, snapshot } = this
    positions.count = 0
    const window = new WindowCursor(this)
    for (let e = from; e < to && snapshot.eventTime[e] <= this.lastAnchor; e++) {
      if (e + 1 < to && snapshot.eventTime[e + 1] === snapshot.eventTime[e]) continue
      window.moveTo(snapshot.eventTime[e])
      if (window.first === window.last) continue
      const k = positions.count++
      positions.row[k] = e
      positions.first[k] = window.first
      positions.last[k] = window.last
    }
  }

  private anchorsAtBaskets(from: number, to: number): void {
    const { eventTime } = this.snapshot
    const add = this.adder(from)
    for (let e = from; e < to && eventTime[e] <= this.lastAnchor; e++) {
      if (e + 1 < to && eventTime[e + 1] === eventTime[e]) continue
      add(eventTime[e], e + 1)
    }
  }

  private anchorsAtMidnights(from: number, to: number): void {
    const { eventTime } = this.snapshot
    const add = this.adder(from)
    let end = from
    for (let a = Math.ceil(eventTime[from] / DAY) * DAY; a <= this.lastAnchor; a += DAY) {
      while (end < to && eventTime[end] <= a) end++
      add(a, end)
    }
  }

  /** A function that appends the slot at time a, with history [from, end), if anything can be drawn from it. */
  private adder(from: number): (a: number, end: number) => void {
    const { slots, positions, options } = this
    const half = options.train.recencyHalfLifeDays * DAY
    const push = (a: number, end: number, first: number, last: number): void => {
      if (first >= last) return
      const k = slots.count++
      slots.time[k] = a
      slots.end[k] = end
      slots.first[k] = first
      slots.last[k] = last
      slots.weight[k] = half > 0 ? 2 ** ((a - options.limit) / half) : 1
    }
    if (this.dense) {
      let [first, last] = [0, 0]
      return (a, end) => {
        const start = Math.max(from, end - options.model.length)
        while (first < positions.count && positions.row[first] < start) first++
        while (last < positions.count && positions.row[last] < end) last++
        push(a, end, first, last)
      }
    }
    const window = new WindowCursor(this)
    const next = options.train.objective === 'next-action'
    return (a, end) => {
      window.moveTo(a)
      push(a, end, window.first, next ? window.endOfFirstMoment() : window.last)
    }
  }

  /** Time of the k-th positive; Infinity past the end. */
  timeOf(k: number): number {
    return k < this.positives.count ? this.snapshot.eventTime[this.positives.row[k]] : Infinity
  }

  /** Length of the window in seconds. */
  get windowSeconds(): number {
    return this.window
  }
}

/** The range of positives in the window (a, a + K] for anchors that only move forward. */
class WindowCursor {
  first = 0
  last = 0

  constructor(private readonly finder: SlotFinder) {}

  moveTo(a: number): void {
    while (this.finder.timeOf(this.first) <= a) this.first++
    this.last = Math.max(this.last, this.first)
    while (this.finder.timeOf(this.last) <= a + this.finder.windowSeconds) this.last++
  }

  endOfFirstMoment(): number {
    let k = this.first
    while (k < this.last && this.finder.timeOf(k) === this.finder.timeOf(this.first)) k++
    return k
  }
}

function firstTime(snapshot: Snapshot): number {
  let first = Infinity
  for (let u = 0; u < snapshot.users; u++)
    if (snapshot.offsets[u] < snapshot.offsets[u + 1]) first = Math.min(first, snapshot.eventTime[snapshot.offsets[u]])
  return first
}

/** Room for every midnight from `from` to `to`. */
const daysBetween = (from: number, to: number): number => (to >= from ? Math.floor((to - from) / DAY) + 1 : 0)
