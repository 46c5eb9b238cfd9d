import { DAY } from '../../core/time.js'
import type { BulkWriter, NewEvent } from '../../store/writer.js'
import type { EventWriter } from './sink.js'

/** Users of whom the last time is kept at hand. */
const KEEP = 100_000

/**
 * Writes events that have a day and no time of day so that those of one user on one day stay in the order in which they
 * come: each a second after the one before it. The last second of the day is for all that come after it. What the store
 * already holds of that day comes first, so it does not matter where an import was cut off.
 */
export class DayOrder implements EventWriter {
  private readonly last = new Map<number, number>()

  /** The writer's store must have its index. */
  constructor(
    private readonly writer: BulkWriter,
    private readonly keep = KEEP,
  ) {}

  event(event: NewEvent): void {
    this.writer.event({ ...event, time: this.next(event.user, event.time) })
  }

  /** @param day the midnight that the event is at, unix seconds */
  private next(user: number, day: number): number {
    const end = day + DAY - 1
    let last = this.last.get(user)
    if (last === undefined || last < day || last > end) last = this.writer.lastTime(user, day, end)
    const time = last === undefined ? day : Math.min(last + 1, end)
    if (this.last.size >= this.keep && !this.last.has(user)) this.last.clear()
    this.last.set(user, time)
    return time
  }
}
