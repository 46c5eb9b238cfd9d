import type { FastifyInstance } from 'fastify'
import type { ServerMetrics } from '../metrics.js'

/** GET /metrics: Prometheus text. */
export function metricsRoute(app: FastifyInstance, metrics: ServerMetrics): void {
  app.get('/metrics', { schema: { summary: 'Prometheus text', tags: ['state'] } }, async (_request, reply) => {
    void reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })
}
