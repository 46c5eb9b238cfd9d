import type { FastifyInstance } from 'fastify'
import { experimentsAnswer, problemAnswer, runsAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'

/** GET /v1/runs, GET /v1/experiments: what was trained and judged, and what was simulated. */
export function pastRoutes(app: FastifyInstance, { overview }: ServerContext): void {
  app.get(
    '/v1/runs',
    {
      schema: {
        summary: 'Finished runs, newest first, with what the last evaluation says of each',
        tags: ['look'],
        response: { 200: runsAnswer, '5xx': problemAnswer },
      },
    },
    async () => overview.runs(),
  )
  app.get(
    '/v1/experiments',
    {
      schema: {
        summary: 'Experiments that adseq simulate kept, newest first: lifts, intervals, and the truth',
        tags: ['look'],
        response: { 200: experimentsAnswer, '5xx': problemAnswer },
      },
    },
    async () => overview.experiments(),
  )
}
