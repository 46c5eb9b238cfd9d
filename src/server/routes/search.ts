import type { FastifyInstance } from 'fastify'
import { problemAnswer, searchAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { searchQuery, type SearchQuery } from '../schemas.js'

/** GET /v1/search?q=red+lamp&k=10: users by how their id begins, items and advertisers by words. */
export function searchRoute(app: FastifyInstance, { search }: ServerContext): void {
  app.get<{ Querystring: SearchQuery }>(
    '/v1/search',
    {
      schema: {
        summary: 'Users by how their id begins, items and advertisers by words of their id, title or name',
        description: 'The first that fit, in order of import, one with just that id first. Without q the first of all.',
        tags: ['look'],
        querystring: searchQuery,
        response: { 200: searchAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async ({ query: { q, k } }) => {
      const { users, items, advertisers } = await search.find({ words: q, k })
      return {
        users: users.map(({ id }) => ({ user: id })),
        items: items.map(({ id, text }) => ({ item: id, title: text })),
        advertisers: advertisers.map(({ id, text }) => ({ advertiser: id, name: text })),
      }
    },
  )
}
