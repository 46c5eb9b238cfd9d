import Fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify'
import type { z } from 'zod'
import { CONNECTIONS, answerBadConnection, answerUnrouted } from './connection-errors.js'
import type { ServerContext } from './context.js'
import { LoadShedding } from './load-shedding.js'
import { ServerMetrics } from './metrics.js'
import { notFound, sendProblem, wrongMethod } from './problem.js'
import { openApi } from './openapi.js'
import { adRoute } from './routes/ad.js'
import { adsRoute } from './routes/ads.js'
import { advertiserRoute } from './routes/advertisers.js'
import { candidatesRoute } from './routes/candidates.js'
import { eventsRoute, type Writing } from './routes/events.js'
import { healthRoutes } from './routes/health.js'
import { itemRoutes } from './routes/items.js'
import { mapRoute } from './routes/map.js'
import { metricsRoute } from './routes/metrics.js'
import { pageRoutes } from './routes/page.js'
import { pastRoutes } from './routes/past.js'
import { retrieveRoute } from './routes/retrieve.js'
import { searchRoute } from './routes/search.js'
import { userRoute } from './routes/users.js'
import { MAX_BODY_BYTES, MAX_ID } from './schemas.js'
import type { Shadow, ShadowWatcher } from './shadow.js'
import { validate } from './validation.js'

/** Share of a request's time that it may be kept waiting for others; the rest is for its own work, and the way. */
const WAITING_SHARE = 0.25

export interface AppOptions extends Omit<ServerContext, 'metrics' | 'shadow'> {
  /** opens another generation that is asked the same in the background */
  openShadow?: (watcher: ShadowWatcher) => Shadow
  /** requests worked on at once; more are answered with 503 */
  maxInFlight?: number
  /** without it no events are taken */
  writing?: Writing
  logger?: FastifyServerOptions['logger']
  /** a page to look around on, at / */
  page?: boolean
  /** of adseq, for /openapi.json */
  version?: string
}

export interface ServerApp {
  app: FastifyInstance
  metrics: ServerMetrics
}

/** The HTTP side: routes, limits, errors, metrics. It listens nowhere yet. */
export function createApp({
  maxInFlight = 64,
  logger = false,
  version = '0',
  page = true,
  writing,
  openShadow,
  ...given
}: AppOptions): ServerApp {
  const app = Fastify({
    logger,
    bodyLimit: MAX_BODY_BYTES,
    http: CONNECTIONS,
    requestTimeout: CONNECTIONS.requestTimeout,
    clientErrorHandler: answerBadConnection,
    frameworkErrors: sendProblem,
    // a request that is in when the server is told to stop is answered like the others
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // an id of the longest length, each character percent-encoded from up to four bytes
    routerOptions: { maxParamLength: MAX_ID * 12 },
  })
  answerUnrouted(app.server)
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => validate(schema, httpPart))
  const shedding = new LoadShedding(maxInFlight, given.deadlineMs * WAITING_SHARE)
  const metrics = new ServerMetrics({
    inFlight: () => shedding.inFlight,
    shed: () => shedding.shed,
    generation: () => {
      const { row, retrieval } = given.serving.generation
      return {
        id: row.id,
        ageSeconds: Math.max(0, given.now().getTime() / 1000 - row.created),
        items: retrieval.facts.items,
        seq: row.seq,
      }
    },
  })
  const shadow = openShadow?.({
    overlap: (share) => metrics.shadowOverlap.observe(share),
    failed: (error) => {
      metrics.shadowFailures.inc()
      app.log.warn({ reason: error.message }, 'the shadow generation could not answer')
    },
  })
  if (shadow) app.addHook('onClose', () => shadow.close())
  const context: ServerContext = { ...given, metrics, shadow }
  // JSON alone: a form of a foreign web page can send text/plain, not this
  app.removeContentTypeParser('text/plain')
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(notFound)
  app.addHook('onResponse', metrics.observe)
  const refuseOtherMethods = pathsAndMethods(app)
  openApi(app, version)
  void app.register(async (state) => {
    healthRoutes(state, context)
    metricsRoute(state, metrics)
    if (page) pageRoutes(state)
  })
  void app.register(async (work) => {
    work.addHook('onRoute', inPlacesOf(shedding))
    adsRoute(work, context)
    candidatesRoute(work, context)
    retrieveRoute(work, context)
    userRoute(work, context)
    itemRoutes(work, context)
    adRoute(work, context)
  })
  // places of their own: reading through a table says nothing of how long an ad request takes
  void app.register(async (work) => {
    work.addHook('onRoute', inPlacesOf(new LoadShedding(maxInFlight)))
    searchRoute(work, context)
    advertiserRoute(work, context)
    mapRoute(work, context)
    pastRoutes(work, context)
  })
  // places of their own: posts that wait for the disk keep nobody from reading
  void app.register(async (work) => {
    work.addHook('onRoute', inPlacesOf(new LoadShedding(maxInFlight)))
    eventsRoute(work, context, writing)
  })
  refuseOtherMethods()
  return { app, metrics }
}

/** onRoute hook: the handler of a route runs in a place. */
function inPlacesOf(shedding: LoadShedding): (route: RouteOptions) => void {
  return (route) => {
    const { handler } = route
    route.handler = function (request, reply) {
      return shedding.run(() => handler.call(this, request, reply))
    }
  }
}

/**
 * A path that is there answers methods it does not have with 405, not with 404. Call it before any route is made, and
 * what it returns after the last.
 */
function pathsAndMethods(app: FastifyInstance): () => void {
  const methods = new Map<string, string[]>()
  app.addHook('onRoute', ({ url, method, schema }) => {
    // those of the page: files
    if (schema?.hide) return
    methods.set(url, [...new Set([...(methods.get(url) ?? []), method].flat())])
  })
  return () =>
    void app.register(async (rest) => {
      for (const [url, taken] of [...methods])
        rest.route({
          method: rest.supportedMethods.filter((method) => !taken.includes(method)),
          url,
          schema: { hide: true },
          handler: (request, reply) => {
            void reply.header('allow', taken.join(', '))
            throw wrongMethod(request, taken)
          },
        })
    })
}
