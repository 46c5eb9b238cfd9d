import { Problem } from './problem.js'

/**
 * Refuses work over a bound of requests in flight with 503 and Retry-After, rather than queueing it without end:
 * a caller that gets a quick no can go elsewhere, one that waits cannot.
 *
 * A place is taken for the time that work runs, no longer and no shorter, whatever becomes of the connection: a client
 * that sends half a body has none.
 */
export class LoadShedding {
  inFlight = 0
  shed = 0

  constructor(
    readonly bound: number,
    private readonly retryAfterSeconds = 1,
  ) {}

  /** @throws Problem when all places are taken */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.inFlight >= this.bound) {
      this.shed++
      throw new Problem(
        503,
        'overloaded',
        `The server is at its bound of ${this.bound} requests in flight.`,
        `Try again in ${this.retryAfterSeconds} s.`,
        this.retryAfterSeconds,
      )
    }
    this.inFlight++
    try {
      return await work()
    } finally {
      this.inFlight--
    }
  }
}
