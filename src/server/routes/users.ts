import type { FastifyInstance } from 'fastify'
import { DOMAINS, EVENT_TYPES } from '../../features/snapshot.js'
import { isoTime } from '../../text/moments.js'
import { problemAnswer, userAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { unknownUser } from '../problem.js'
import { idParams, userQuery, type UserQuery } from '../schemas.js'

/** GET /v1/users/{id}?events=20: what is stored of a user, next to what the generation knows of them. */
export function userRoute(app: FastifyInstance, { store, serving }: ServerContext): void {
  app.get<{ Params: { id: string }; Querystring: UserQuery }>(
    '/v1/users/:id',
    {
      schema: {
        summary: 'What is stored of a user, next to what the generation knows of them',
        tags: ['look'],
        params: idParams,
        querystring: userQuery,
        response: { 200: userAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async (request) =>
      serving.use(async ({ row, retrieval }) => {
        const id = store.userId(request.params.id)
        if (id === undefined) throw unknownUser(request.params.id)
        const history = store.history(id)
        const rows = Array.from(history.seq.keys()).reverse()
        const latest = rows.slice(0, request.query.events)
        const served = await retrieval.about(id)
        return {
          user: request.params.id,
          attributes: store.user(id)!.attributes,
          events: history.seq.length,
          latest: latest.map((row) => {
            const item = history.item[row] > 0 ? store.item(history.item[row]) : undefined
            const own = history.advertiser[row] > 0 ? store.advertiser(history.advertiser[row]) : undefined
            return {
              seq: history.seq[row],
              time: isoTime(history.time[row]),
              type: EVENT_TYPES[history.type[row]],
              domain: DOMAINS[history.domain[row]],
              item: item?.externalId ?? null,
              title: item?.title ?? null,
              advertiser: own?.externalId ?? item?.advertiserExternalId ?? null,
            }
          }),
          generation: { generation: row.id, seq: row.seq },
          served: served ? { ...served, asOf: isoTime(served.asOf) } : null,
        }
      }),
  )
}
