import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DAY } from '../../core/time.js'
import { DOMAINS, EVENT_TYPES } from '../../features/snapshot.js'
import { eventsAnswer, problemAnswer } from '../answers.js'
import type { ServerContext, ServerStore } from '../context.js'
import type { EventLog } from '../event-log.js'
import type { Post } from '../events-thread.js'
import { Problem } from '../problem.js'
import { eventsBody, type EventsBody } from '../schemas.js'

/** How far ahead of the clock an event may be: clocks differ. */
const AHEAD_SECONDS = DAY

/** What posted events need; absent: the server was started without a token. */
export interface Writing {
  token: string
  log: EventLog
}

/**
 * POST /v1/events {user, events: [{type, item?, advertiser?, domain?, time?}]}: appends to the store, encodes the user
 * anew, and answers when both are on the disk; what is asked after sees it.
 */
export function eventsRoute(app: FastifyInstance, context: ServerContext, writing: Writing | undefined): void {
  const { store, serving, clock } = context
  app.post<{ Body: EventsBody }>(
    '/v1/events',
    {
      schema: {
        summary: 'What a user did: stored, encoded, and known to the next answer',
        tags: ['events'],
        security: [{ token: [] }],
        body: eventsBody,
        response: { 200: eventsAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
      onRequest: async (request, reply) => authorize(writing?.token, request, reply),
    },
    async (request) => {
      const { log } = writing!
      const since = Date.now()
      const now = clock.now(serving.generation.retrieval.facts.asOf)
      const { user, events } = request.body
      const stored = await log.append({ user, events: storable(store, events, now), since })
      try {
        await log.keep(await serving.use(({ retrieval }) => retrieval.encode(stored.user)))
      } catch (error) {
        // what is stored is read all the same: the user is encoded whenever they are asked for
        request.log.warn({ reason: (error as Error).message }, 'a user could not be encoded after an event')
      }
      return { seq: stored.seq, user, stored: events.length }
    },
  )
}

/** @throws Problem unless the request has the token */
function authorize(token: string | undefined, request: FastifyRequest, reply: FastifyReply): void {
  if (token === undefined)
    throw new Problem(
      403,
      'writes_off',
      'This server takes no events: it was started without a token.',
      'Start it with ADSEQ_TOKEN set (adseq serve --token TOKEN), and send authorization: Bearer TOKEN.',
    )
  const [, given = ''] = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (given !== '' && timingSafeEqual(digest(given), digest(token))) return
  void reply.header('www-authenticate', 'Bearer')
  throw new Problem(
    401,
    'wrong_token',
    'The token is missing or wrong.',
    'Send the header authorization: Bearer TOKEN.',
  )
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** @throws Problem for an event of something unknown, or from the future: nothing of the post is stored */
function storable(store: ServerStore, events: EventsBody['events'], now: number): Post['events'] {
  const known = (event: number, what: 'item' | 'advertiser', name: string | undefined): number => {
    if (name === undefined) return 0
    const id = what === 'item' ? store.itemId(name) : store.advertiserId(name)
    if (id !== undefined) return id
    throw new Problem(
      400,
      `unknown_${what}`,
      `body.events[${event}]: there is no ${what} ${name}; nothing was stored.`,
      'Import the catalog first (adseq import csv), then send the events.',
    )
  }
  return events.map(({ type, item, advertiser, domain, time = now }, i) => {
    if (time > now + AHEAD_SECONDS)
      throw new Problem(
        400,
        'future_event',
        `body.events[${i}].time is more than a day after now (${new Date(now * 1000).toISOString()}); nothing was stored.`,
        'Leave the time out, or look at serve.clock of adseq.yaml: it says what now is.',
      )
    return {
      item: known(i, 'item', item),
      advertiser: known(i, 'advertiser', advertiser),
      type: EVENT_TYPES.indexOf(type),
      domain: DOMAINS.indexOf(domain),
      time,
    }
  })
}
