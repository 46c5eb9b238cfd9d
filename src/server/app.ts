import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { z } from 'zod'
import type { ServerContext } from './context.js'
import { LoadShedding } from './load-shedding.js'
import { ServerMetrics } from './metrics.js'
import { notFound, sendProblem } from './problem.js'
import { candidatesRoute } from './routes/candidates.js'
import { healthzRoute } from './routes/healthz.js'
import { metricsRoute } from './routes/metrics.js'
import { retrieveRoute } from './routes/retrieve.js'
import { MAX_BODY_BYTES, MAX_ID } from './schemas.js'
import { validate } from './validation.js'

export interface AppOptions extends ServerContext {
  /** requests worked on at once; more are answered with 503 */
  maxInFlight?: number
  logger?: FastifyServerOptions['logger']
}

export interface ServerApp {
  app: FastifyInstance
  metrics: ServerMetrics
}

/** The HTTP side: routes, limits, errors, metrics. It listens nowhere yet. */
export function createApp({ maxInFlight = 64, logger = false, ...context }: AppOptions): ServerApp {
  const app = Fastify({
    logger,
    bodyLimit: MAX_BODY_BYTES,
    // a slow sender must not hold a place for ever
    requestTimeout: 10_000,
    forceCloseConnections: 'idle',
    // an id of the longest length, each character percent-encoded from up to four bytes
    routerOptions: { maxParamLength: MAX_ID * 12 },
  })
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => validate(schema, httpPart))
  const shedding = new LoadShedding(maxInFlight)
  const metrics = new ServerMetrics({
    inFlight: () => shedding.inFlight,
    shed: () => shedding.shed,
    generation: () => {
      const { row, retrieval } = context.serving.generation
      return {
        id: row.id,
        ageSeconds: Math.max(0, context.now().getTime() / 1000 - row.created),
        items: retrieval.facts.items,
        seq: row.seq,
      }
    },
  })
  // JSON alone: a form of a foreign web page can send text/plain, not this
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(notFound)
  app.addHook('onResponse', metrics.observe)
  healthzRoute(app, context)
  metricsRoute(app, metrics)
  void app.register(async (work) => {
    work.addHook('onRequest', shedding.admit)
    work.addHook('onResponse', shedding.release)
    candidatesRoute(work, context)
    retrieveRoute(work, context)
  })
  return { app, metrics }
}
