import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { fakeServer } from './fake-serving.js'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** A client that speaks bytes. `text()` is what came so far, `ended` resolves when the server has closed. */
function client(port: number, options: { allowHalfOpen?: boolean } = {}) {
  const socket = connect({ port, host: '127.0.0.1', ...options })
  sockets.push(socket)
  let text = ''
  socket.on('data', (data) => (text += data.toString()))
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return { socket, ended, text: () => text }
}

async function until(done: () => boolean, seconds = 5): Promise<void> {
  for (let waited = 0; !done(); waited += 10) {
    if (waited > seconds * 1000) throw new Error(`it did not come about in ${seconds} s`)
    await sleep(10)
  }
}

async function listening(maxInFlight = 2) {
  const server = await fakeServer({ maxInFlight })
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  const inFlight = async (): Promise<number> =>
    Number(/^adseq_requests_in_flight (\d+)$/m.exec((await server.app.inject('/metrics')).body)![1])
  /** holds work in the retrieval thread until what it returns is called */
  const hold = (): (() => void) => {
    let open = (): void => {}
    server.retrievals.g1.gate = new Promise((resolve) => (open = resolve))
    return open
  }
  return { ...server, port, inFlight, hold }
}

const GET = 'GET /v1/users/u1/candidates?k=1 HTTP/1.1\r\nHost: a\r\n\r\n'
const BODY = JSON.stringify({ events: [{ type: 'view', item: 'i1' }], k: 1 })
const POST =
  'POST /v1/retrieve HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
  `Content-Length: ${BODY.length}\r\n\r\n${BODY}`

describe('a place in flight', () => {
  it.each([...new Set([1, 4, 20, 60, POST.length - BODY.length, POST.length - 10, POST.length - 1])])(
    'is free after clients that leave after %i bytes of a request',
    async (bytes) => {
      const { port, app, inFlight } = await listening()
      for (let i = 0; i < 5; i++) {
        const { socket } = client(port)
        socket.write(POST.slice(0, bytes))
        await sleep(10)
        socket.destroy()
      }
      await sleep(20)
      expect(await inFlight()).toBe(0)
      expect((await app.inject('/v1/users/u1/candidates?k=1')).statusCode).toBe(200)
    },
  )

  it('is kept while work runs for a client that has left, and is free after it', async () => {
    const { port, app, hold, inFlight, retrievals } = await listening(2)
    const open = hold()
    for (let i = 0; i < 2; i++) {
      const { socket } = client(port)
      socket.write(GET)
      await until(() => retrievals.g1.users.length === i + 1)
      if (i === 0) socket.destroy()
      else socket.resetAndDestroy()
    }
    await sleep(20)
    expect(await inFlight()).toBe(2)
    expect((await app.inject('/v1/users/u1/candidates')).statusCode).toBe(503)
    open()
    await sleep(20)
    expect(await inFlight()).toBe(0)
    expect((await app.inject('/v1/users/u1/candidates')).statusCode).toBe(200)
  })

  it('is not taken by half a body, however many there are', async () => {
    const { port, app, inFlight } = await listening(2)
    for (let i = 0; i < 20; i++) client(port).socket.write(POST.slice(0, -5))
    await sleep(50)
    expect(await inFlight()).toBe(0)
    expect((await app.inject('/v1/users/u1/candidates')).statusCode).toBe(200)
  })

  it('is given to each of several requests sent in one write, which are answered in order', async () => {
    const { port, inFlight } = await listening(4)
    const one = client(port)
    one.socket.write(GET + POST + GET.replace('u1', 'nobody'))
    await until(() => one.text().split('HTTP/1.1 ').length === 4)
    expect([...one.text().matchAll(/HTTP\/1\.1 (\d+)/g)].map((found) => found[1])).toEqual(['200', '200', '404'])
    expect(await inFlight()).toBe(0)
  })
})

it('answers a client that has closed its half of the connection', async () => {
  const { port } = await listening()
  const one = client(port, { allowHalfOpen: true })
  one.socket.end(POST)
  await one.ended
  expect(one.text()).toMatch(/^HTTP\/1\.1 200 OK/)
})

describe('a request that does not come in whole', () => {
  it.each([
    ['head', `${GET.slice(0, -2)}X: `],
    ['body', POST.slice(0, -20)],
  ])('is answered 408 about 10 s after its begin: %s', async (_, part) => {
    const { port } = await listening()
    const one = client(port)
    const began = performance.now()
    one.socket.write(part)
    // trickling does not lengthen it
    const trickle = setInterval(() => one.socket.write('x'), 1000)
    await one.ended
    clearInterval(trickle)
    expect((performance.now() - began) / 1000).toBeGreaterThan(9)
    expect((performance.now() - began) / 1000).toBeLessThan(12)
    expect(one.text()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(JSON.parse(one.text().split('\r\n\r\n')[1]).error).toMatchObject({ code: 'request_timeout' })
  })
})

describe('every error has one shape', () => {
  const request = (line: string, headers = '', body = ''): string =>
    `${line} HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`
  const json = (body: string): string => `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['an unknown method', request('FOO /healthz'), 400],
    ['a head that is too large', request('GET /healthz', `X: ${'x'.repeat(20_000)}\r\n`), 431],
    ['a bad escape in the path', request('GET /v1/users/%zz/candidates'), 400],
    ['no such route', request('GET /nothing'), 404],
    ['no such method of a path', request('DELETE /v1/retrieve'), 405],
    ['no such method of a path with an id', request('PUT /v1/users/u1/candidates'), 405],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['an expectation', request('POST /v1/retrieve', `Expect: miracles\r\n${json('{}')}`, '{}'), 417],
    ['no JSON', request('POST /v1/retrieve', json('{"k":'), '{"k":'), 400],
    ['an empty body', request('POST /v1/retrieve', json('')), 400],
    ['no body at all', request('POST /v1/retrieve'), 400],
    [
      'another content type',
      request('POST /v1/retrieve', 'Content-Type: text/plain\r\nContent-Length: 2\r\n', '{}'),
      415,
    ],
    [
      'a body that is too large',
      request('POST /v1/retrieve', `Content-Type: application/json\r\nContent-Length: 999999\r\n`),
      413,
    ],
    ['a length that is no number', request('POST /v1/retrieve', 'Content-Length: many\r\n'), 400],
    ['a prototype', request('POST /v1/retrieve', json('{"__proto__":{}}'), '{"__proto__":{}}'), 400],
    ['an id that is too long', request(`GET /v1/users/${'x'.repeat(300)}/candidates`), 400],
    ['an id that is longer than the router takes', request(`GET /v1/users/${'x'.repeat(4000)}/candidates`), 414],
    ['a wrong number', request('GET /v1/users/u1/candidates?k=0'), 400],
  ])('%s', async (_, bytes, status) => {
    const { port } = await listening()
    const one = client(port)
    one.socket.write(bytes)
    await until(() => /\r\n\r\n.*}/s.test(one.text()))
    const [head, body] = one.text().split('\r\n\r\n')
    expect([Number(head.split(' ')[1]), body]).toEqual([status, expect.anything()])
    expect(head).toMatch(/content-type: application\/json/i)
    expect(JSON.parse(body)).toEqual({
      error: { code: expect.any(String), message: expect.any(String), hint: expect.any(String) },
    })
  })

  it('a request without a Host is answered like others', async () => {
    const { port } = await listening()
    const one = client(port)
    one.socket.write('GET /healthz HTTP/1.1\r\n\r\n')
    await until(() => one.text().includes('}'))
    expect(one.text()).toMatch(/^HTTP\/1\.1 200 OK/)
  })
})
