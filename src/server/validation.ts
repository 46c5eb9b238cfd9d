import type { z } from 'zod'
import { Problem } from './problem.js'

/** Faults named in one answer. */
const NAMED = 3

/** Fastify's validator for zod schemas; what it refuses becomes a 400 that names the places, the first few of them. */
export function validate(
  schema: z.ZodType,
  part: string | undefined,
): (data: unknown) => { value: unknown } | { error: Problem } {
  return (data) => {
    const result = schema.safeParse(data)
    if (result.success) return { value: result.data }
    const { issues } = result.error
    const named = issues.slice(0, NAMED).map(({ path, message }) => `${place(part, path)}: ${message}`)
    const more = issues.length > NAMED ? `; and ${issues.length - NAMED} more` : ''
    return {
      error: new Problem(
        400,
        'invalid_request',
        `${named.join('; ')}${more}.`,
        'GET /docs says what each route takes.',
      ),
    }
  }
}

/** "body.events[0].type" */
function place(part: string | undefined, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    part ?? 'request',
  )
}
