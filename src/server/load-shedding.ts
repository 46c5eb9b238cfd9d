import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problem.js'

/**
 * Refuses work over a bound of requests in flight with 503 and Retry-After, rather than queueing it without end:
 * a caller that gets a quick no can go elsewhere, one that waits cannot.
 */
export class LoadShedding {
  inFlight = 0
  shed = 0
  private readonly admitted = new WeakSet<FastifyRequest>()

  constructor(
    readonly bound: number,
    private readonly retryAfterSeconds = 1,
  ) {}

  /** onRequest hook of the routes that do work. */
  readonly admit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (this.inFlight >= this.bound) {
      this.shed++
      void reply.header('retry-after', String(this.retryAfterSeconds))
      throw new Problem(
        503,
        'overloaded',
        `The server is at its bound of ${this.bound} requests in flight.`,
        `Try again in ${this.retryAfterSeconds} s.`,
      )
    }
    this.inFlight++
    this.admitted.add(request)
  }

  /** onResponse and onRequestAbort hook: gives the place back, once a request. */
  readonly release = async (request: FastifyRequest): Promise<void> => {
    if (this.admitted.delete(request)) this.inFlight--
  }
}
