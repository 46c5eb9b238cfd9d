import type { FastifyInstance } from 'fastify'
import { adPage } from '../../ads/list.js'
import { UserError } from '../../core/errors.js'
import { adAnswer, problemAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { Problem } from '../problem.js'
import { idParams } from '../schemas.js'

/** GET /v1/ads/{id}: an ad with its campaign, and what became of it. */
export function adRoute(app: FastifyInstance, { store }: ServerContext): void {
  app.get<{ Params: { id: string } }>(
    '/v1/ads/:id',
    {
      schema: {
        summary: 'An ad with its campaign, and what became of it',
        tags: ['look'],
        params: idParams,
        response: { 200: adAnswer, '4xx': problemAnswer },
      },
    },
    async (request) => {
      try {
        return adPage(store, request.params.id)
      } catch (error) {
        if (error instanceof UserError) throw new Problem(404, 'unknown_ad', error.message, error.hint)
        throw error
      }
    },
  )
}
