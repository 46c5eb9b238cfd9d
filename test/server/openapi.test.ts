import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { deriveAds } from '../../src/ads/derive.js'
import { loadConfig } from '../../src/config/load.js'
import * as answers from '../../src/server/answers.js'
import { serve, type RunningServer } from '../../src/server/serve.js'
import { openStore } from '../../src/store/open.js'
import { publish, temporaryFolder } from './published.js'

const { folder, remove } = temporaryFolder()
let server: RunningServer
beforeAll(async () => {
  await publish(folder)
  const store = openStore(folder)
  deriveAds(store)
  store.close()
  const config = loadConfig(folder, { set: ['serve.port=0'], env: {} })
  server = await serve({ folder, config, token: 't', version: '1.2.3' })
}, 240_000)
afterAll(async () => {
  await server?.close()
  remove()
})

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer t' }
const get = (path: string): Promise<Response> => fetch(server.url + path, { redirect: 'manual' })
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(server.url + path, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) })

interface Document {
  openapi: string
  info: { version: string }
  paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, { content?: unknown }> }>>
}

describe('/openapi.json', () => {
  it('describes every route with what it takes and answers', async () => {
    const document = (await (await get('/openapi.json')).json()) as Document
    expect([document.openapi, document.info.version]).toEqual(['3.1.0', '1.2.3'])
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(routes.sort()).toEqual([
      'get /healthz',
      'get /metrics',
      'get /readyz',
      'get /v1/ads/{id}',
      'get /v1/advertisers/{id}',
      'get /v1/experiments',
      'get /v1/items/{id}',
      'get /v1/items/{id}/neighbours',
      'get /v1/map',
      'get /v1/runs',
      'get /v1/search',
      'get /v1/users/{id}',
      'get /v1/users/{id}/candidates',
      'post /v1/ads',
      'post /v1/events',
      'post /v1/retrieve',
    ])
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { requestBody, responses }] of Object.entries(methods)) {
        expect([path, requestBody !== undefined]).toEqual([path, method === 'post'])
        if (path !== '/metrics') expect(responses['200'].content, path).toBeDefined()
      }
    expect(document.paths['/v1/ads'].post).toMatchObject({
      requestBody: {
        content: {
          'application/json': {
            schema: { properties: { user: { type: 'string', maxLength: 256 }, k: { maximum: 1000, default: 20 } } },
          },
        },
      },
    })
  })

  const CASES: [route: string, answer: z.ZodType, ask: () => Promise<Response>][] = [
    ['POST /v1/ads', answers.adsAnswer, () => post('/v1/ads', { user: 'u7', trace: true })],
    [
      'POST /v1/ads with a history',
      answers.adsAnswer,
      () =>
        post('/v1/ads', {
          events: [
            { type: 'view', item: 'i1' },
            { type: 'view', item: 'none' },
          ],
          k: 3,
        }),
    ],
    [
      'POST /v1/ads without an eligible one',
      answers.adsAnswer,
      () => post('/v1/ads', { user: 'u7', exclude: { advertisers: ['a0', 'a1', 'a2', 'a3', 'a4'] } }),
    ],
    [
      'POST /v1/events',
      answers.eventsAnswer,
      () => post('/v1/events', { user: 'u7', events: [{ type: 'view', item: 'i1' }] }),
    ],
    [
      'POST /v1/retrieve',
      answers.retrieveAnswer,
      () =>
        post('/v1/retrieve', {
          events: [
            { type: 'view', item: 'i1' },
            { type: 'view', advertiser: 'none' },
          ],
        }),
    ],
    ['GET /v1/users/{id}', answers.userAnswer, () => get('/v1/users/u7')],
    ['GET /v1/users/{id}/candidates', answers.candidatesAnswer, () => get('/v1/users/u8/candidates')],
    ['GET /v1/items/{id}', answers.itemAnswer, () => get('/v1/items/i3')],
    ['GET /v1/items/{id}/neighbours', answers.neighboursAnswer, () => get('/v1/items/i3/neighbours?k=4')],
    ['GET /v1/ads/{id}', answers.adAnswer, () => get('/v1/ads/shopping:i3')],
    ['GET /v1/advertisers/{id}', answers.advertiserAnswer, () => get('/v1/advertisers/a2')],
    ['GET /v1/search', answers.searchAnswer, () => get('/v1/search?q=i3')],
    ['GET /v1/search without a word', answers.searchAnswer, () => get('/v1/search')],
    ['GET /v1/map', answers.mapAnswer, () => get('/v1/map?k=10&item=i3&item=none')],
    ['GET /v1/runs', answers.runsAnswer, () => get('/v1/runs')],
    ['GET /v1/experiments', answers.experimentsAnswer, () => get('/v1/experiments')],
    ['GET /healthz', answers.healthAnswer, () => get('/healthz')],
    ['GET /readyz', answers.readyAnswer, () => get('/readyz')],
    ...[
      '/v1/users/none',
      '/v1/items/none',
      '/v1/items/none/neighbours',
      '/v1/ads/none',
      '/v1/advertisers/none',
      '/none',
    ].map((path): [string, z.ZodType, () => Promise<Response>] => [
      `GET ${path}`,
      answers.problemAnswer,
      () => get(path),
    ]),
  ]
  it.each(CASES)('%s answers as it is described', async (route, answer, ask) => {
    const response = await ask()
    expect(response.status).toBe(route.endsWith('none') || route.includes('none/') ? 404 : 200)
    expect(answer.safeParse(await response.json()).error).toBeUndefined()
  })
})

describe('what is shown', () => {
  it('a user: the events stored, and what the generation knows', async () => {
    await post('/v1/events', { user: 'u9', events: [{ type: 'signup', advertiser: 'a2' }] })
    const user = (await (await get('/v1/users/u9')).json()) as z.infer<typeof answers.userAnswer>
    expect(user.latest[0]).toMatchObject({ type: 'signup', item: null, advertiser: 'a2' })
    expect(user.served).toMatchObject({ events: user.events, seq: user.latest[0].seq, vector: true })
    await post('/v1/events', { user: 'fresh', events: [{ type: 'view', item: 'i2' }] })
    const fresh = (await (await get('/v1/users/fresh')).json()) as z.infer<typeof answers.userAnswer>
    expect(fresh).toMatchObject({ attributes: {}, events: 1, served: { events: 1, vector: true } })
  })

  it('neighbours: the item itself left out, nearest first, by cosine of the vectors', async () => {
    const response = await get('/v1/items/i3/neighbours?k=1000')
    const { neighbours, exact } = (await response.json()) as z.infer<typeof answers.neighboursAnswer>
    expect([neighbours.length, exact]).toEqual([39, true])
    expect(neighbours.map(({ item }) => item)).not.toContain('i3')
    const scores = neighbours.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    for (const score of scores) expect(Math.abs(score)).toBeLessThanOrEqual(1.00001)
  })
})

describe('GET /v1/map', () => {
  const map = async (query: string): Promise<z.infer<typeof answers.mapAnswer>> =>
    (await (await get(`/v1/map?${query}`)).json()) as z.infer<typeof answers.mapAnswer>

  it('has every item once, on axes that hold what is said of the spread of what is shown', async () => {
    const { items, points, variance, categories, provenance } = await map('')
    expect([items, new Set(points.map(({ item }) => item)).size]).toEqual([40, 40])
    // centred, and uncorrelated: that is what principal axes are
    const mean = (of: (point: (typeof points)[number]) => number): number =>
      points.reduce((sum, point) => sum + of(point) / 40, 0)
    const [xx, yy] = [mean(({ x }) => x * x), mean(({ y }) => y * y)]
    expect(mean(({ x }) => x) / Math.sqrt(xx)).toBeCloseTo(0, 3)
    expect(mean(({ y }) => y) / Math.sqrt(yy)).toBeCloseTo(0, 3)
    expect(mean(({ x, y }) => x * y) / Math.sqrt(xx * yy)).toBeCloseTo(0, 3)
    expect(yy / xx).toBeCloseTo(variance[1] / variance[0], 3)
    expect(variance[0] + variance[1]).toBeLessThanOrEqual(1)
    expect(categories.reduce((sum, one) => sum + one.items, 0)).toBe(40)
    expect(provenance.generation).toBe(server.generation)
  })

  it('draws fewer, the same each time, and places what is asked for where it stands among all', async () => {
    const [all, some] = [await map(''), await map('k=7&item=i3&item=none&item=i5')]
    expect(some.points.map(({ item, x, y }) => [item, x, y])).toEqual(
      all.points.slice(0, 7).map(({ item, x, y }) => [item, x, y]),
    )
    expect(some.marked.map(({ item }) => item)).toEqual(['i3', 'i5'])
    for (const { item, x, y } of some.marked)
      expect(all.points.find((one) => one.item === item)).toMatchObject({ x, y })
  })

  it('refuses more than it has room for', async () => {
    for (const query of ['k=20001', 'k=-1', Array.from({ length: 101 }, (_, i) => `item=i${i}`).join('&')])
      expect((await get(`/v1/map?${query}`)).status).toBe(400)
  })
})

describe('/docs', () => {
  it('is a page whose files come from this server alone', async () => {
    const page = await fetch(`${server.url}/docs`)
    const html = await page.text()
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).not.toMatch(/https?:/)
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((found) => new URL(found[1], page.url))
    expect(files.length).toBeGreaterThan(4)
    for (const file of files) {
      expect(file.origin).toBe(server.url)
      expect((await fetch(file)).status).toBe(200)
    }
    // no script of the page itself: the policy would stop it
    expect(html).not.toMatch(/<script>(?!\s*<)/)
    const description = await (await get('/docs/json')).json()
    expect(description).toEqual(await (await get('/openapi.json')).json())
  })
})
