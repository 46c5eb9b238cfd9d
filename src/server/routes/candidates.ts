import type { FastifyInstance } from 'fastify'
import { candidatesAnswer, problemAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { Problem, unknownUser } from '../problem.js'
import { provenance, rankAdvertisers, rankItems } from '../results.js'
import { candidatesQuery, idParams, type CandidatesQuery } from '../schemas.js'
import { isoTime } from '../../text/moments.js'

/**
 * GET /v1/users/{id}/candidates?k=100: the user's stored advertisers, and the items that the published hybrid ranks
 * first for their stored vector and history. All is read at or below the generation's ingest number.
 */
export function candidatesRoute(app: FastifyInstance, { store, serving }: ServerContext): void {
  app.get<{ Params: { id: string }; Querystring: CandidatesQuery }>(
    '/v1/users/:id/candidates',
    {
      schema: {
        summary: 'The stored advertisers of a user, and the items that the hybrid ranks first for them',
        tags: ['retrieve'],
        params: idParams,
        querystring: candidatesQuery,
        response: { 200: candidatesAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async (request) => {
      const { id: externalId } = request.params
      const { k } = request.query
      return serving.use(async (generation) => {
        const id = store.userId(externalId)
        if (id === undefined) throw unknownUser(externalId)
        const found = await generation.retrieval.stored(id, k)
        if (!found) {
          throw new Problem(
            404,
            'user_not_encoded',
            `User ${externalId} has no vector in generation ${generation.row.id}.`,
            'If the user has events: run `adseq infer`, then `adseq index`. Or POST a history to /v1/retrieve.',
          )
        }
        const { encoded, advertisers, items } = found
        return {
          user: externalId,
          provenance: { ...provenance(generation), userSeq: encoded.seq, userAsOf: isoTime(encoded.asOf) },
          advertisers: advertisers ? rankAdvertisers(store, advertisers) : [],
          items: rankItems(store, items),
        }
      })
    },
  )
}
