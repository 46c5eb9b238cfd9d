import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { publish, startServer, temporaryFolder } from './published.js'

const { folder, remove } = temporaryFolder()
beforeAll(() => publish(folder), 240_000)
afterAll(remove)

/** Sends a GET. @returns its status, or the code of what went wrong and whether the server had begun to answer */
function get(url: string, agent?: Agent): Promise<{ status?: number; cut?: boolean; code?: string }> {
  return new Promise((resolve) => {
    let answering = false
    const sent = request(url, { agent }, (response) => {
      answering = true
      response.resume()
      response.once('end', () => resolve({ status: response.statusCode }))
      response.once('error', (error: NodeJS.ErrnoException) => resolve({ cut: true, code: error.code }))
    })
    sent.once('error', (error: NodeJS.ErrnoException) => resolve({ cut: answering, code: error.code }))
    sent.end()
  })
}

it('SIGTERM ends within 5 s with exit code 0, whatever clients hold: nothing, half a head, half a body', async () => {
  const { server, port } = await startServer(folder)
  const held = [
    '',
    'GET /healthz HT',
    'POST /v1/retrieve HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n',
  ].map((bytes) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write(bytes)
    return socket
  })
  await sleep(300)
  const told = performance.now()
  server.kill('SIGTERM')
  expect((await server).exitCode).toBe(0)
  expect(performance.now() - told).toBeLessThan(5500)
  for (const socket of held) socket.destroy()
})

it('SIGTERM under load answers all that was in: no answer is cut, none fails', async () => {
  const { server, url } = await startServer(folder, ['--set', 'funnel.deadlineMs=60000'])
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  let stopped = false
  const results: Awaited<ReturnType<typeof get>>[] = []
  const clients = Array.from({ length: 16 }, async () => {
    for (let refused = false; !refused;) {
      const result = await get(`${url}/v1/users/u7/candidates?k=20`, agent)
      // once it is told to stop it takes no new connections; a request on an idle one may meet its end
      refused = stopped && result.status === undefined
      if (!refused) results.push(result)
      else expect(result).toMatchObject({ cut: false })
    }
  })
  await sleep(1000)
  stopped = true
  server.kill('SIGTERM')
  await Promise.all(clients)
  expect((await server).exitCode).toBe(0)
  expect(results.length).toBeGreaterThan(50)
  expect(results.filter(({ status }) => status !== 200)).toEqual([])
})
