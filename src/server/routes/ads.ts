import type { FastifyInstance } from 'fastify'
import { adsAnswer, problemAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { adsBody, type AdsBody } from '../schemas.js'

/**
 * POST /v1/ads {user | events, context?, k?, exclude?, impressions?, trace?}: the ads that are handed on to heavy
 * scoring and the auction. What would begin after the deadline is left out, and named.
 */
export function adsRoute(app: FastifyInstance, { serving, clock, deadlineMs, metrics, shadow }: ServerContext): void {
  app.post<{ Body: AdsBody }>(
    '/v1/ads',
    {
      schema: {
        summary: 'The ads for a user, or for a history',
        description:
          'What is handed on to heavy scoring and the auction: candidates of all generators that may be shown, ordered ' +
          'by the light ranker, within quotas, blended. What would begin after the deadline is left out, and named.',
        tags: ['ads'],
        body: adsBody,
        response: { 200: adsAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async (request, reply) =>
      serving.use(async ({ retrieval }) => {
        const deadline = performance.timeOrigin + performance.now() + deadlineMs
        const now = clock.now(retrieval.facts.asOf)
        const question = { body: request.body, now, deadline }
        const { text, ads, stages } = await retrieval.ads(question)
        shadow?.ask(question, ads)
        metrics.stages(stages)
        return reply.type('application/json; charset=utf-8').send(text)
      }),
  )
}
