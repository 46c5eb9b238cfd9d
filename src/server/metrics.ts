import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StageTimes } from './ads-answer.js'

/** What GET /metrics tells Prometheus. A registry of its own, so that two servers in one process do not mix. */
export class ServerMetrics {
  readonly registry = new Registry()
  private readonly requests = new Counter({
    name: 'adseq_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['route', 'status'],
    registers: [this.registry],
  })
  private readonly seconds = new Histogram({
    name: 'adseq_request_seconds',
    help: 'Time to answer, by route.',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  })
  private readonly stage = new Histogram({
    name: 'adseq_stage_seconds',
    help: 'Time of a stage of a request for ads: each generator, ranking, and the funnel as a whole.',
    labelNames: ['stage'],
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
    registers: [this.registry],
  })
  private readonly leftOut = new Counter({
    name: 'adseq_generators_left_out_total',
    help: 'Generators that were late or failed in a request for ads.',
    labelNames: ['generator', 'state'],
    registers: [this.registry],
  })
  readonly shadowOverlap = new Histogram({
    name: 'adseq_shadow_overlap',
    help: 'Share of the ads answered that the shadow generation would have answered too.',
    buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    registers: [this.registry],
  })
  readonly shadowFailures = new Counter({
    name: 'adseq_shadow_failures_total',
    help: 'Requests that the shadow generation could not answer.',
    registers: [this.registry],
  })
  readonly reloadFailures = new Counter({
    name: 'adseq_generation_load_failures_total',
    help: 'Published generations that could not be loaded.',
    registers: [this.registry],
  })

  /** Gauges are read when Prometheus asks. */
  constructor(read: {
    inFlight: () => number
    shed: () => number
    generation: () => { id: string; ageSeconds: number; items: number; seq: number }
  }) {
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(value())
        },
      })
    }
    gauge('adseq_requests_in_flight', 'Requests being answered.', read.inFlight)
    gauge('adseq_requests_shed', 'Requests refused with 503 since the start.', read.shed)
    gauge('adseq_generation_age_seconds', 'Age of the generation being served.', () => read.generation().ageSeconds)
    gauge('adseq_generation_items', 'Items in the index being served.', () => read.generation().items)
    gauge('adseq_generation_seq', 'Ingest number that the generation reads up to.', () => read.generation().seq)
    new Gauge({
      name: 'adseq_generation_info',
      help: 'The generation being served, as a label.',
      labelNames: ['generation'],
      registers: [this.registry],
      collect() {
        this.reset()
        this.set({ generation: read.generation().id }, 1)
      },
    })
  }

  /** What a request for ads took. Generators are those of the settings: their number is bounded. */
  stages({ generators, ranking, funnel }: StageTimes): void {
    for (const { generator, state, ms: own } of generators)
      if (state === 'done') this.stage.observe({ stage: generator }, own / 1000)
      else this.leftOut.inc({ generator, state })
    this.stage.observe({ stage: 'ranking' }, ranking / 1000)
    this.stage.observe({ stage: 'funnel' }, funnel / 1000)
  }

  /** onResponse hook. Labels are route patterns, never paths: their number is bounded. */
  readonly observe = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const route = request.routeOptions.url ?? 'none'
    this.requests.inc({ route, status: String(reply.statusCode) })
    this.seconds.observe({ route }, reply.elapsedTime / 1000)
  }
}
