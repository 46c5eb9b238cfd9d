import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { Problem } from './problem.js'

/** Seconds in which a request must have come in whole, head and body. */
export const REQUEST_SECONDS = 10

/**
 * Options of node:http: a sender that stalls is found within a second (by default connections are looked at every 30),
 * and a request without a Host is left to the routes, which answer in our shape.
 */
export const CONNECTIONS = {
  requestTimeout: REQUEST_SECONDS * 1000,
  headersTimeout: REQUEST_SECONDS * 1000,
  connectionsCheckingInterval: 500,
  requireHostHeader: false,
}

/** Answers what never becomes a request: a head that cannot be read, or is too large, or takes too long. */
export function answerBadConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable) socket.end(rawAnswer(problemOf(error)), () => socket.destroy())
  else socket.destroy()
}

/** Answers what Node keeps from the routes: CONNECT, and expectations other than 100-continue. */
export function answerUnrouted(server: Server): void {
  server.on('connect', (_: IncomingMessage, socket: Socket) =>
    socket.end(
      rawAnswer(new Problem(405, 'wrong_method', 'CONNECT is not for this server.', 'GET /docs lists what there is.')),
    ),
  )
  server.on('checkExpectation', (_, response) => {
    const problem = new Problem(
      417,
      'invalid_request',
      'The header Expect asks for what is not known.',
      'Leave it out.',
    )
    const body = JSON.stringify(problem.body())
    response.writeHead(problem.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(
      408,
      'request_timeout',
      `The request did not come in whole within ${REQUEST_SECONDS} s.`,
      'Send head and body at once; content-length must be the length of the body.',
    )
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(431, 'headers_too_large', 'The head is larger than 16 kB.', 'Send fewer or shorter headers.')
  return new Problem(400, 'invalid_request', 'This is not HTTP/1.1.', 'Send a request as RFC 9112 has it.')
}

function rawAnswer(problem: Problem): string {
  const body = JSON.stringify(problem.body())
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
