import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { z } from 'zod'

/** The page loads from this server alone; its script sets styles on elements, so styles may be inline. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type JsonSchema = Record<string, unknown>

/**
 * Routes made after this are described at /openapi.json, by the schemas that check them, and on a page at /docs, whose
 * files come from the package.
 */
export function openApi(app: FastifyInstance, version: string): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'adseq serve',
        version,
        description:
          'Ads for users and histories, from the generation that is served. Every answer that is not a result is ' +
          '`{"error": {"code", "message", "hint"}}`.',
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url }) => ({ schema: describe(schema as Partial<FastifySchema>), url }),
  })
  void app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true },
    theme: { title: 'adseq serve' },
  })
  void app.register(async (routes) => {
    routes.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  })
}

/** Fastify's schema of a route, its zod schemas as JSON schemas. */
function describe({ body, querystring, params, response, ...rest }: Partial<FastifySchema>): FastifySchema {
  return {
    ...rest,
    ...(body !== undefined && { body: jsonSchema(body, 'input') }),
    ...(querystring !== undefined && { querystring: jsonSchema(querystring, 'input') }),
    ...(params !== undefined && { params: jsonSchema(params, 'input') }),
    ...(response !== undefined && {
      response: Object.fromEntries(
        Object.entries(response as Record<string, unknown>).map(([status, schema]) => [
          status,
          jsonSchema(schema, 'output'),
        ]),
      ),
    }),
  }
}

function jsonSchema(schema: unknown, io: 'input' | 'output'): JsonSchema {
  if (!(schema instanceof z.ZodType)) return schema as JsonSchema
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // a number in a query comes as text, and is read as one
      if (zodSchema instanceof z.ZodNumber && zodSchema._zod.def.coerce) jsonSchema.type ??= 'integer'
    },
  }) as JsonSchema
  return described
}
