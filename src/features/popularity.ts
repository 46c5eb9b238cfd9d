import { DAY } from '../core/time.js'
import type { Snapshot } from './snapshot.js'
import { Timeline } from './timeline.js'

/** The recent window of the popularity features, in days. */
export const RECENT_DAYS = 30
/** Popularity features of an entry. */
export const POPULARITY_COLUMNS = 4
/** Brings log shares, relative to the average entry, to about unit size. */
const SCALE = 3
/** Moments whose totals are remembered. */
const MOMENTS = 4096

/** What all entries share at a moment: entries with an event by then, and the sums over all of them. */
interface Totals {
  known: number
  counts: number[]
}

/**
 * How many events each entry (item or advertiser) has had up to any moment, and how many users (its reach): of all time
 * and in the recent window (t - 30 days, t]. Exact, by binary search; only events up to `limit` are read, of all types.
 */
export class Popularity {
  private readonly events: Timeline
  /** first event of each user with an entry */
  private readonly users: Timeline
  /** moments at which a user begins and ceases to be one of the recent users of an entry */
  private readonly begins: Timeline
  private readonly ceases: Timeline
  /** for each entry that has an event, the first one, as if of one entry */
  private readonly firsts: Timeline
  /** a batch asks for few moments, encoding a catalog for one */
  private readonly moments = new Map<number, Totals>()

  constructor(
    readonly entries: number,
    entryOfEvent: Int32Array,
    snapshot: Pick<Snapshot, 'users' | 'offsets' | 'eventTime'>,
    limit: number,
  ) {
    const { entry, time, fresh, begins, ceases } = collect(entries, entryOfEvent, snapshot, limit)
    this.events = new Timeline(entries, entry, time)
    this.users = new Timeline(entries, fresh.entry, fresh.time, fresh.length)
    this.begins = new Timeline(entries, begins.entry, begins.time, begins.length)
    this.ceases = new Timeline(entries, ceases.entry, ceases.time, ceases.length)
    const firsts = this.events.firsts()
    this.firsts = new Timeline(1, new Int32Array(firsts.length), firsts)
  }

  /** Events of an entry with time in (t - days, t]; all up to t when `days` is not given. */
  count(entry: number, t: number, days?: number): number {
    return this.events.count(entry, t) - (days === undefined ? 0 : this.events.count(entry, t - days * DAY))
  }

  /** Users with an event about an entry up to t. */
  reach(entry: number, t: number): number {
    return this.users.count(entry, t)
  }

  /** Users with an event about an entry in (t - 30 days, t]. */
  recentReach(entry: number, t: number): number {
    return this.begins.count(entry, t) - this.ceases.count(entry, t)
  }

  /** Events of all entries with time in (t - days, t]; all up to t when `days` is not given. */
  total(t: number, days?: number): number {
    return this.events.total(t) - (days === undefined ? 0 : this.events.total(t - days * DAY))
  }

  /** Entries with at least one event up to t. */
  known(t: number): number {
    return this.firsts.total(t)
  }

  /**
   * The popularity features of an entry at moment t, written to out[at] .. out[at + 3]: log(share * known) / 3 with
   * share = (count + 1) / (total + known), of events up to t, of events of the last 30 days, of users up to t and of
   * users of the last 30 days. 0 is an entry of average popularity, and one factor of e is a third. Events and users
   * differ where some come back often: what many try is not what few buy again and again.
   */
  features(entry: number, t: number, out: Float32Array, at: number): void {
    const { known, counts } = this.totals(t)
    const own = [
      this.count(entry, t),
      this.count(entry, t, RECENT_DAYS),
      this.reach(entry, t),
      this.recentReach(entry, t),
    ]
    for (let k = 0; k < POPULARITY_COLUMNS; k++)
      out[at + k] = Math.log(((own[k] + 1) / (counts[k] + known)) * known) / SCALE
  }

  private totals(t: number): Totals {
    let totals = this.moments.get(t)
    if (totals === undefined) {
      if (this.moments.size >= MOMENTS) this.moments.clear()
      const counts = [
        this.total(t),
        this.total(t, RECENT_DAYS),
        this.users.total(t),
        this.begins.total(t) - this.ceases.total(t),
      ]
      this.moments.set(t, (totals = { known: Math.max(1, this.known(t)), counts }))
    }
    return totals
  }
}

/** Popularity of items or of advertisers, from the snapshot's events up to `limit` (unix seconds). */
export function createPopularity(snapshot: Snapshot, level: 'item' | 'advertiser', limit: number): Popularity {
  return level === 'item'
    ? new Popularity(snapshot.items, snapshot.eventItem, snapshot, limit)
    : new Popularity(snapshot.advertisers, snapshot.eventAdvertiser, snapshot, limit)
}

/** Moments and their entries, as they are found. */
class Moments {
  length = 0
  entry = new Int32Array(1024)
  time = new Uint32Array(1024)

  add(entry: number, time: number): void {
    if (this.length === this.entry.length) this.grow()
    this.entry[this.length] = entry
    this.time[this.length++] = time
  }

  private grow(): void {
    const [entry, time] = [new Int32Array(2 * this.length), new Uint32Array(2 * this.length)]
    entry.set(this.entry)
    time.set(this.time)
    this.entry = entry
    this.time = time
  }
}

/**
 * One pass over the histories: the events up to the limit, and where each user's stretches with an entry begin and end.
 */
function collect(
  entries: number,
  entryOfEvent: Int32Array,
  { users, offsets, eventTime }: Pick<Snapshot, 'users' | 'offsets' | 'eventTime'>,
  limit: number,
) {
  const n = eventTime.length
  const [fresh, begins, ceases] = [new Moments(), new Moments(), new Moments()]
  const entry = new Int32Array(n).fill(-1)
  const owner = new Int32Array(entries).fill(-1)
  const last = new Float64Array(entries)
  const window = RECENT_DAYS * DAY
  const touched: number[] = []
  for (let user = 0; user < users; user++) {
    touched.length = 0
    for (let row = offsets[user]; row < offsets[user + 1] && eventTime[row] <= limit; row++) {
      const i = entryOfEvent[row]
      if (i < 0) continue
      const time = eventTime[row]
      entry[row] = i
      const known = owner[i] === user
      if (!known) {
        owner[i] = user
        touched.push(i)
        fresh.add(i, time)
      } else if (time >= last[i] + window) ceases.add(i, last[i] + window)
      if (!known || time >= last[i] + window) begins.add(i, time)
      last[i] = time
    }
    for (const i of touched) ceases.add(i, last[i] + window)
  }
  return { entry, time: eventTime, fresh, begins, ceases }
}
