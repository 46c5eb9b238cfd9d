import type { FastifyInstance } from 'fastify'
import { isoTime } from '../../text/moments.js'
import { itemAnswer, neighboursAnswer, problemAnswer } from '../answers.js'
import type { ServerContext, ServerStore } from '../context.js'
import { Problem } from '../problem.js'
import { aboutItem, provenance, rankItems } from '../results.js'
import { idParams, listQuery, type ListQuery } from '../schemas.js'

/** GET /v1/items/{id}, GET /v1/items/{id}/neighbours?k=20: an item, and those whose vectors are nearest. */
export function itemRoutes(app: FastifyInstance, { store, serving }: ServerContext): void {
  app.get<{ Params: { id: string } }>(
    '/v1/items/:id',
    {
      schema: {
        summary: 'An item of the catalog',
        tags: ['look'],
        params: idParams,
        response: { 200: itemAnswer, '4xx': problemAnswer },
      },
    },
    async (request) => {
      const id = idOf(store, request.params.id)
      const item = store.item(id)!
      return {
        ...aboutItem(item),
        launched: item.launched === undefined ? null : isoTime(item.launched),
        inGeneration: id <= serving.generation.retrieval.facts.items,
      }
    },
  )
  app.get<{ Params: { id: string }; Querystring: ListQuery }>(
    '/v1/items/:id/neighbours',
    {
      schema: {
        summary: 'Items whose vectors are nearest to that of an item',
        tags: ['look'],
        params: idParams,
        querystring: listQuery,
        response: { 200: neighboursAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async (request) =>
      serving.use(async (generation) => {
        const id = idOf(store, request.params.id)
        if (id > generation.retrieval.facts.items)
          throw new Problem(
            404,
            'item_not_in_generation',
            `Item ${request.params.id} came after generation ${generation.row.id}.`,
            'Publish another: adseq infer, then adseq index.',
          )
        const { exact, ...found } = await generation.retrieval.neighbours(id - 1, request.query.k)
        const neighbours = rankItems(store, found)
        return { item: request.params.id, provenance: provenance(generation), exact, neighbours }
      }),
  )
}

function idOf(store: ServerStore, externalId: string): number {
  const id = store.itemId(externalId)
  if (id !== undefined) return id
  throw new Problem(
    404,
    'unknown_item',
    `There is no item ${externalId}.`,
    'Use an id as it stands in the imported data: GET /v1/users/{id}/candidates lists some.',
  )
}
