import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.js'
import { adsBody, type AdsBody } from '../schemas.js'

/**
 * POST /v1/ads {user | events, context?, k?, exclude?, impressions?, trace?}: the ads that are handed on to heavy
 * scoring and the auction. What would begin after the deadline is left out, and named.
 */
export function adsRoute(app: FastifyInstance, { serving, clock, deadlineMs, metrics }: ServerContext): void {
  app.post<{ Body: AdsBody }>('/v1/ads', { schema: { body: adsBody } }, async (request) =>
    serving.use(async ({ retrieval }) => {
      const deadline = performance.timeOrigin + performance.now() + deadlineMs
      const now = clock.now(retrieval.facts.asOf)
      const { answer, trace } = await retrieval.ads({ body: request.body, now, deadline })
      metrics.stages(trace)
      return answer
    }),
  )
}
