import { Problem } from './problem.js'

/** Weight of the last request in what one has taken lately. */
const SMOOTHING = 0.05

/**
 * Refuses work over a bound of requests in flight with 503 and Retry-After, rather than queueing it without end:
 * a caller that gets a quick no can go elsewhere, one that waits cannot.
 *
 * It refuses, too, when those in flight would keep a newcomer waiting longer than it has. Work is done one after the
 * other, so what a request takes is the time from the answer before to its own, and a newcomer waits for as many of
 * these as there are requests in flight.
 *
 * A place is taken for the time that work runs, no longer and no shorter, whatever becomes of the connection: a client
 * that sends half a body has none.
 */
export class LoadShedding {
  inFlight = 0
  shed = 0
  /** milliseconds that one request has taken lately, without its waiting for others */
  private each = 0
  /** performance.now() of the last answer */
  private answered = -Infinity

  /** @param patienceMs how long a request may be kept waiting */
  constructor(
    readonly bound: number,
    private readonly patienceMs = Infinity,
    private readonly retryAfterSeconds = 1,
  ) {}

  /** @throws Problem when all places are taken */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.inFlight >= this.bound || this.inFlight * this.each > this.patienceMs) {
      this.shed++
      throw new Problem(
        503,
        'overloaded',
        `The server has ${this.inFlight} requests in flight, as many as it can answer in time.`,
        `Try again in ${this.retryAfterSeconds} s.`,
        this.retryAfterSeconds,
      )
    }
    this.inFlight++
    const began = performance.now()
    try {
      return await work()
    } finally {
      this.inFlight--
      const now = performance.now()
      this.each += SMOOTHING * (now - Math.max(began, this.answered) - this.each)
      this.answered = now
    }
  }
}
