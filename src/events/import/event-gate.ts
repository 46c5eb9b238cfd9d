import { DAY } from '../../core/time.js'
import type { Rows } from './row.js'
import type { EventDraft, Sink } from './sink.js'

/** A clock may be wrong, and a local time that is read as UTC up to 14 hours ahead. */
const AHEAD = DAY

export interface GateOptions {
  /** events later than a day after this are no events, unix seconds; undefined = whatever the time */
  clock?: number
  /** events before it are skipped, unix seconds */
  since?: number
  /** events at or after it are skipped, unix seconds */
  until?: number
  /** every event must be a day without a time of day */
  days?: boolean
}

/** What the times of a file's events are like. */
export interface Span {
  /** first and last event, unix seconds; undefined without one */
  first?: number
  last?: number
  /** all events are at midnight, UTC */
  days: boolean
  /** events of each day, by days since 1970 */
  counts: Map<number, number>
}

/**
 * Stands between the rows of a file, of whatever format, and where they go: looks at the times of events and of
 * impressions, and keeps out those that cannot be or are not asked for.
 */
export class EventGate {
  readonly sink: Sink
  private readonly counts = new Uint32Array(2 ** 32 / DAY + 1)
  private first = Infinity
  private last = -Infinity
  private days = true
  private late = false
  private outside = false
  private clocked = false

  constructor(inner: Sink, options: GateOptions) {
    const { clock = Infinity, since = -Infinity, until = Infinity, days = false } = options
    const look = (time: number): void => {
      this.late = time > clock + AHEAD
      this.outside = time < since || time >= until
    }
    this.sink = {
      item: (id, fields) => inner.item(id, fields),
      user: (id, attributes) => inner.user(id, attributes),
      advertiser: (id, name) => inner.advertiser(id, name),
      ad: (ad) => inner.ad(ad),
      impression: (impression) => {
        look(impression.time)
        return this.late || this.outside ? undefined : inner.impression(impression)
      },
      event: (event: EventDraft) => {
        const { time } = event
        const ofDay = time % DAY
        look(time)
        this.clocked = days && ofDay !== 0
        if (this.late || this.outside || this.clocked) return
        if (time < this.first) this.first = time
        if (time > this.last) this.last = time
        if (ofDay !== 0) this.days = false
        this.counts[(time - ofDay) / DAY]++
        inner.event(event)
      },
    }
  }

  /** The rows of a file whose events go through this gate. */
  rows(rows: Rows): Rows {
    return {
      ...rows,
      read: (row, notes) => {
        this.late = this.outside = this.clocked = false
        const outcome = rows.read(row, notes)
        if (outcome !== 'stored') return outcome
        if (this.late) return notes.reject(LATER)
        if (this.outside) return notes.skip('outside of --since and --until')
        return this.clocked ? notes.reject('has a time of day, which --order file has no place for') : outcome
      },
    }
  }

  span(): Span {
    const counts = new Map<number, number>()
    this.counts.forEach((n, day) => n > 0 && counts.set(day, n))
    if (counts.size === 0) return { days: false, counts }
    return { first: this.first, last: this.last, days: this.days, counts }
  }
}

/** Why an event is kept out that would be the last one for years, and move the end of all data. */
export const LATER = "is later than this machine's clock"

/** A few events far behind all others: from which day on, and how many. */
export interface Stray {
  /** days since 1970 */
  from: number
  events: number
}

/** One of so many events may stand apart. */
const STRAY = 1000

/**
 * The events, at most one of 1,000, that lie farther behind all others than those are from first to last, and more than
 * 30 days: a clock that was wrong. An automatic cutoff goes by the last event, so they would decide it.
 */
export function strayTail(counts: ReadonlyMap<number, number>): Stray | undefined {
  const days = [...counts.keys()].sort((a, b) => a - b)
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0)
  let events = 0
  for (let i = days.length - 1; i > 0; i--) {
    events += counts.get(days[i])!
    if (events * STRAY > total) return undefined
    if (days[i] - days[i - 1] > Math.max(30, days[i - 1] - days[0])) return { from: days[i], events }
  }
  return undefined
}
