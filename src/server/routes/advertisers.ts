import type { FastifyInstance } from 'fastify'
import { advertiserAnswer, problemAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { Problem } from '../problem.js'
import { idParams, listQuery, type ListQuery } from '../schemas.js'

/** GET /v1/advertisers/{id}?k=20: an advertiser, with the first of their items and ads. */
export function advertiserRoute(app: FastifyInstance, { store, search }: ServerContext): void {
  app.get<{ Params: { id: string }; Querystring: ListQuery }>(
    '/v1/advertisers/:id',
    {
      schema: {
        summary: 'An advertiser, with the first of their items and ads',
        tags: ['look'],
        params: idParams,
        querystring: listQuery,
        response: { 200: advertiserAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async ({ params, query }) => {
      const id = store.advertiserId(params.id)
      if (id === undefined)
        throw new Problem(
          404,
          'unknown_advertiser',
          `There is no advertiser ${params.id}.`,
          'Use an id as it stands in the imported data: GET /v1/search?q=WORDS finds some.',
        )
      const { items, ads } = await search.assortment(id, query.k)
      return {
        advertiser: params.id,
        name: store.advertiser(id)!.name ?? null,
        items: { total: items.total, first: items.first.map(({ id: item, text: title }) => ({ item, title })) },
        ads: {
          total: ads.total,
          first: ads.first.map(({ ad, kind, title, status, item }) => ({ ad, kind, title, status, item })),
        },
      }
    },
  )
}
