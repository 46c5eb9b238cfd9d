import { DAY } from '../core/time.js'
import type { Config } from '../config/schema.js'

const WEEK = 7 * DAY

/** What "now" is. Data sets are old: by the wall clock every flight would be over, and nobody due for anything. */
export class Clock {
  private readonly started: number

  /** @param wall milliseconds since 1970 */
  constructor(
    private readonly mode: Config['serve']['clock'],
    private readonly wall: () => number = Date.now,
  ) {
    this.started = wall()
  }

  /** Unix seconds. @param asOf of the generation: its last event */
  now(asOf: number): number {
    return this.follows(asOf) === 'wall'
      ? Math.floor(this.wall() / 1000)
      : // never before the data ends, also where the machine's clock is set back
        asOf + Math.max(0, Math.floor((this.wall() - this.started) / 1000))
  }

  /** What it goes by. */
  follows(asOf: number): 'data' | 'wall' {
    if (this.mode !== 'auto') return this.mode
    return this.started / 1000 - asOf > WEEK ? 'data' : 'wall'
  }
}
