import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context.js'
import { provenance } from '../results.js'

/** GET /healthz: which generation is served, how old it is, and how much is in it. */
export function healthzRoute(app: FastifyInstance, { store, serving, now }: ServerContext): void {
  app.get('/healthz', async () => {
    const { generation } = serving
    return {
      status: 'ok',
      ...provenance(generation),
      created: new Date(generation.row.created * 1000).toISOString(),
      ageSeconds: Math.max(0, Math.round(now().getTime() / 1000 - generation.row.created)),
      items: generation.retrieval.facts.items,
      advertisers: generation.retrieval.facts.known.advertisers,
      users: store.counts().users,
    }
  })
}
