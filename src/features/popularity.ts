import type { Snapshot } from './snapshot.js'

const DAY = 86400
/** The recent window of the popularity features, in days. */
export const RECENT_DAYS = 30
/** Brings log shares, relative to the average entry, to about unit size. */
const SCALE = 3
/** Moments whose totals are remembered. */
const MOMENTS = 4096

/**
 * How many events each entry (item or advertiser) has had up to any moment, and only events up to `limit`: exact, by
 * binary search in each entry's sorted event times. Events of all types count.
 */
export class Popularity {
  readonly entries: number
  private readonly offsets: Float64Array
  /** event times, entry by entry, ascending within an entry */
  private readonly times: Uint32Array
  /** all event times, ascending */
  private readonly all: Uint32Array
  /** first event time of every entry that has one, ascending */
  private readonly firsts: Uint32Array
  /** what all entries share at a moment: a batch asks for few moments, encoding a catalog for one */
  private readonly moments = new Map<number, { known: number; total: number; recent: number }>()

  constructor(entries: number, entryOfEvent: Int32Array, eventTime: Uint32Array, limit: number) {
    this.entries = entries
    this.offsets = new Float64Array(entries + 1)
    const n = entryOfEvent.length
    for (let e = 0; e < n; e++) if (entryOfEvent[e] >= 0 && eventTime[e] <= limit) this.offsets[entryOfEvent[e] + 1]++
    for (let i = 0; i < entries; i++) this.offsets[i + 1] += this.offsets[i]
    this.times = new Uint32Array(this.offsets[entries])
    const at = this.offsets.slice(0, entries)
    for (let e = 0; e < n; e++) {
      const entry = entryOfEvent[e]
      if (entry >= 0 && eventTime[e] <= limit) this.times[at[entry]++] = eventTime[e]
    }
    this.all = this.times.slice().sort()
    const firsts: number[] = []
    for (let i = 0; i < entries; i++) {
      const [from, to] = [this.offsets[i], this.offsets[i + 1]]
      if (from === to) continue
      if (to - from > 1) this.times.subarray(from, to).sort()
      firsts.push(this.times[from])
    }
    this.firsts = Uint32Array.from(firsts).sort()
  }

  /** Events of an entry with time in (t - days, t]; all up to t when `days` is not given. */
  count(entry: number, t: number, days?: number): number {
    return countIn(this.times, this.offsets[entry], this.offsets[entry + 1], t, days)
  }

  /** Events of all entries with time in (t - days, t]; all up to t when `days` is not given. */
  total(t: number, days?: number): number {
    return countIn(this.all, 0, this.all.length, t, days)
  }

  /** Entries with at least one event up to t. */
  known(t: number): number {
    return countIn(this.firsts, 0, this.firsts.length, t)
  }

  /**
   * The popularity features of an entry at moment t, written to out[at] and out[at + 1]:
   * log(share * known) / 3 with share = (count + 1) / (total + known), of all events up to t and of the last 30 days.
   * 0 is an entry of average popularity, and one factor of e is a third.
   */
  features(entry: number, t: number, out: Float32Array, at: number): void {
    let moment = this.moments.get(t)
    if (moment === undefined) {
      if (this.moments.size >= MOMENTS) this.moments.clear()
      moment = { known: Math.max(1, this.known(t)), total: this.total(t), recent: this.total(t, RECENT_DAYS) }
      this.moments.set(t, moment)
    }
    const { known, total, recent } = moment
    out[at] = logShare(this.count(entry, t), total, known)
    out[at + 1] = logShare(this.count(entry, t, RECENT_DAYS), recent, known)
  }
}

/** Popularity of items or of advertisers, from the snapshot's events up to `limit` (unix seconds). */
export function createPopularity(snapshot: Snapshot, level: 'item' | 'advertiser', limit: number): Popularity {
  return level === 'item'
    ? new Popularity(snapshot.items, snapshot.eventItem, snapshot.eventTime, limit)
    : new Popularity(snapshot.advertisers, snapshot.eventAdvertiser, snapshot.eventTime, limit)
}

const logShare = (count: number, total: number, known: number): number => Math.log(((count + 1) / (total + known)) * known) / SCALE

function countIn(sorted: Uint32Array, from: number, to: number, t: number, days?: number): number {
  const end = firstAbove(sorted, from, to, t)
  return days === undefined ? end - from : end - firstAbove(sorted, from, end, t - days * DAY)
}

/** The first index in [from, to) of a value above t, or `to`. */
function firstAbove(sorted: Uint32Array, from: number, to: number, t: number): number {
  let lo = from
  let hi = to
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2)
    if (sorted[mid] <= t) lo = mid + 1
    else hi = mid
  }
  return lo
}
