import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { healthAnswer, problemAnswer, readyAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { notReady } from '../problem.js'
import { provenance } from '../results.js'

/**
 * GET /healthz: the process is there; which generation is served, how old it is, and how much is in it.
 * GET /readyz: 503 while requests cannot be answered.
 */
export function healthRoutes(app: FastifyInstance, { store, serving, now }: ServerContext): void {
  app.get('/healthz', { schema: about('The process, and the generation it serves', healthAnswer) }, async () => {
    const { generation } = serving
    return {
      status: 'ok',
      ready: serving.ready,
      ...provenance(generation),
      created: new Date(generation.row.created * 1000).toISOString(),
      ageSeconds: Math.max(0, Math.round(now().getTime() / 1000 - generation.row.created)),
      items: generation.retrieval.facts.items,
      advertisers: generation.retrieval.facts.known.advertisers,
      users: store.counts().users,
    }
  })
  app.get('/readyz', { schema: about('Whether requests can be answered', readyAnswer) }, async () => {
    if (!serving.ready) throw notReady()
    return { status: 'ready', generation: serving.generation.row.id }
  })
}

const about = (summary: string, answer: z.ZodType) => ({
  summary,
  tags: ['state'],
  response: { 200: answer, '5xx': problemAnswer },
})
