import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.js'
import { Problem } from '../problem.js'
import { provenance, rankAdvertisers, rankItems } from '../results.js'
import { candidatesQuery, userParams, type CandidatesQuery } from '../schemas.js'
import { isoTime } from '../../text/moments.js'

/**
 * GET /v1/users/{id}/candidates?k=100: the user's stored advertisers, and the items nearest to their stored vector.
 * Both are read at or below the generation's ingest number.
 */
export function candidatesRoute(app: FastifyInstance, { store, serving }: ServerContext): void {
  app.get<{ Params: { id: string }; Querystring: CandidatesQuery }>(
    '/v1/users/:id/candidates',
    { schema: { params: userParams, querystring: candidatesQuery } },
    async (request) => {
      const { id: externalId } = request.params
      const { k } = request.query
      return serving.use(async (generation) => {
        const { itemRun, advertiserRun, seq } = generation.row
        const id = store.userId(externalId)
        if (id === undefined)
          throw new Problem(
            404,
            'unknown_user',
            `There is no user ${externalId}.`,
            'Use an id as it stands in the imported data, or POST a history to /v1/retrieve.',
          )
        const embedding = store.userEmbedding(itemRun!, id, seq)
        if (!embedding) {
          throw new Problem(
            404,
            'user_not_encoded',
            `User ${externalId} has no vector in generation ${generation.row.id}.`,
            'If the user has events: run `adseq infer`, then `adseq index`. Or POST a history to /v1/retrieve.',
          )
        }
        const stored = advertiserRun === undefined ? undefined : store.candidates(advertiserRun, id, seq)
        const advertisers = stored && {
          indices: stored.advertisers.subarray(0, k).map((advertiser) => advertiser - 1),
          scores: stored.scores,
        }
        return {
          user: externalId,
          provenance: { ...provenance(generation), userSeq: embedding.seq, userAsOf: isoTime(embedding.asOf) },
          advertisers: advertisers ? rankAdvertisers(store, advertisers) : [],
          items: rankItems(store, await generation.retrieval.search(embedding.vector, k)),
        }
      })
    },
  )
}
