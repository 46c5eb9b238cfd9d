import type { FastifyInstance } from 'fastify'
import { problemAnswer, retrieveAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { knownHistory } from '../posted-history.js'
import { Problem } from '../problem.js'
import { provenance, rankAdvertisers, rankItems } from '../results.js'
import { retrieveBody, type RetrieveBody } from '../schemas.js'
import { isoTime } from '../../text/moments.js'

/**
 * POST /v1/retrieve {events: [{type, item, advertiser?, domain?, time?}], k?}: what a history retrieves, stored
 * nowhere.
 */
export function retrieveRoute(app: FastifyInstance, { store, serving }: ServerContext): void {
  app.post<{ Body: RetrieveBody }>(
    '/v1/retrieve',
    {
      schema: {
        summary: 'What a history retrieves, stored nowhere',
        tags: ['retrieve'],
        body: retrieveBody,
        response: { 200: retrieveAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async (request) => {
      const { events: posted, k } = request.body
      return serving.use(async (generation) => {
        const { events, ignored, anchorTime } = knownHistory(store, posted, generation.retrieval.facts)
        if (events.length === 0) {
          throw new Problem(
            400,
            'nothing_known',
            'None of the items and advertisers of this history is known.',
            'Use ids as they stand in the imported data: GET /v1/users/{id}/candidates lists some.',
          )
        }
        const { items, advertisers } = await generation.retrieval.posted(events, anchorTime, k)
        return {
          provenance: { ...provenance(generation), anchor: isoTime(anchorTime) },
          used: events.length,
          ignored,
          advertisers: advertisers ? rankAdvertisers(store, advertisers) : [],
          items: rankItems(store, items),
        }
      })
    },
  )
}
