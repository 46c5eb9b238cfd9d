import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.js'
import { notReady } from '../problem.js'
import { provenance } from '../results.js'

/**
 * GET /healthz: the process is there; which generation is served, how old it is, and how much is in it.
 * GET /readyz: 503 while requests cannot be answered.
 */
export function healthRoutes(app: FastifyInstance, { store, serving, now }: ServerContext): void {
  app.get('/healthz', async () => {
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
  app.get('/readyz', async () => {
    if (!serving.ready) throw notReady()
    return { status: 'ready', generation: serving.generation.row.id }
  })
}
