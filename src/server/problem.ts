import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

/** What every answer that is not a result looks like. */
export interface ProblemBody {
  error: { code: string; message: string; hint: string }
}

/** An answer that is not a result: HTTP status, a stable code for programs, a sentence and a hint for people. */
export class Problem extends Error {
  /** @param retryAfter seconds after which it may be tried again, where that helps */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly retryAfter?: number,
  ) {
    super(message)
    this.name = 'Problem'
  }

  /** As a message between threads; `received` makes it a Problem again. */
  sent(): SentProblem {
    const { status, code, message, hint, retryAfter } = this
    return { problem: { status, code, message, hint, retryAfter } }
  }

  body(): ProblemBody {
    return { error: { code: this.code, message: this.message, hint: this.hint } }
  }
}

/** A problem on its way from one thread to another. */
export interface SentProblem {
  problem: Pick<Problem, 'status' | 'code' | 'message' | 'hint' | 'retryAfter'>
}

/** What a thread answered. @throws Problem when it answered with one */
export function received<T extends object>(answer: T | SentProblem): T {
  if (!('problem' in answer)) return answer
  const { status, code, message, hint, retryAfter } = answer.problem
  throw new Problem(status, code, message, hint, retryAfter)
}

/** Nothing can be retrieved at the moment; it comes back by itself. */
export const notReady = (): Problem =>
  new Problem(
    503,
    'not_ready',
    'The retrieval thread ended; another one is being started.',
    'Try again in a second. If it stays so, the log of `adseq serve` says why.',
    1,
  )

export const unknownUser = (externalId: string): Problem =>
  new Problem(
    404,
    'unknown_user',
    `There is no user ${externalId}.`,
    'Use an id as it stands in the imported data, or send a history: {"events": [...]}.',
  )

/** Renders every error as {error: {code, message, hint}}; faults of ours keep their details in the log. */
export function sendProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error)
  if (problem.code === 'internal') request.log.error(error)
  if (problem.retryAfter !== undefined) void reply.header('retry-after', String(problem.retryAfter))
  return reply.code(problem.status).type('application/json').send(problem.body())
}

const URL_HINT = 'Percent-encode the id as UTF-8: curl "localhost:8787/v1/users/a%20b".'
const JSON_HINT = 'Send JSON with the header content-type: application/json.'

function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, message } = error
  if (statusCode === 413)
    return new Problem(
      413,
      'body_too_large',
      'The body is larger than 256 kB.',
      'Send at most 1,000 events, the latest ones.',
    )
  if (statusCode === 415) return new Problem(415, 'unsupported_media_type', 'The body is not JSON.', JSON_HINT)
  if (error.code === 'FST_ERR_BAD_URL') return new Problem(400, 'invalid_request', message, URL_HINT)
  if (statusCode >= 400 && statusCode < 500) return new Problem(statusCode, 'invalid_request', message, JSON_HINT)
  return new Problem(500, 'internal', 'The request failed inside adseq.', 'The log of `adseq serve` has the details.')
}

const ROUTES_HINT = 'GET /docs lists what there is.'

export function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const what = `There is no ${request.method} ${request.url.split('?')[0].slice(0, 200)}.`
  return sendProblem(new Problem(404, 'no_such_route', what, ROUTES_HINT), request, reply)
}

/** For a path that is there, asked by a method that it does not have. */
export function wrongMethod(request: FastifyRequest, allowed: readonly string[]): Problem {
  const what = `${request.method} is not for this path: it takes ${allowed.join(' and ')}.`
  return new Problem(405, 'wrong_method', what, ROUTES_HINT)
}
