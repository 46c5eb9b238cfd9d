import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

/** An answer that is not a result: HTTP status, a stable code for programs, a sentence and a hint for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message)
    this.name = 'Problem'
  }

  body(): { error: { code: string; message: string; hint: string } } {
    return { error: { code: this.code, message: this.message, hint: this.hint } }
  }
}

/** Renders every error as {error: {code, message, hint}}; faults of ours keep their details in the log. */
export function sendProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error)
  if (problem.status >= 500 && problem.code !== 'overloaded') request.log.error(error)
  return reply.code(problem.status).send(problem.body())
}

function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (error.statusCode === 413)
    return new Problem(
      413,
      'body_too_large',
      'The body is larger than 256 kB.',
      'Send at most 1,000 events, the latest ones.',
    )
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new Problem(
      error.statusCode,
      'invalid_request',
      error.message,
      'Send JSON with the header content-type: application/json.',
    )
  return new Problem(500, 'internal', 'The request failed inside adseq.', 'The log of `adseq serve` has the details.')
}

export function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = new Problem(
    404,
    'no_such_route',
    `There is no ${request.method} ${request.url.split('?')[0]}.`,
    'There are GET /v1/users/{id}/candidates, POST /v1/retrieve, GET /healthz and GET /metrics.',
  )
  return reply.code(404).send(problem.body())
}
