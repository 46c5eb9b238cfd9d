import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { badId } from '../../src/events/import/row.js'
import { EARLIEST } from '../../src/events/import/timestamps.js'
import { problemAnswer } from '../../src/server/answers.js'
import { serve, type RunningServer } from '../../src/server/serve.js'
import { START } from '../fixtures/trained-workspace.js'
import { publish, temporaryFolder } from './published.js'

const { folder, remove } = temporaryFolder()
let server: RunningServer
beforeAll(async () => {
  await publish(folder)
  const config = loadConfig(folder, { set: ['serve.port=0', 'funnel.deadlineMs=60000'], env: {} })
  server = await serve({ folder, config, token: 't' })
}, 240_000)
afterAll(async () => {
  await server?.close()
  remove()
})

/** Whatever is sent: an answer, no fault of the server, no stack, errors of one shape. */
async function statusOf(path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(server.url + path, { ...init, signal: AbortSignal.timeout(20_000) })
  const text = await response.text()
  expect(response.status, text).toBeLessThan(500)
  expect(text).not.toMatch(/\n {4}at |node:internal|node_modules|\.ts:\d/)
  if (response.status >= 400) {
    expect(problemAnswer.safeParse(JSON.parse(text)).error).toBeUndefined()
  } else if (response.headers.get('content-type')?.includes('json')) {
    // what is not a number would be written as null
    expect(text).not.toMatch(/"score":null/)
  }
  return response.status
}

const holds = async (path: string, init?: RequestInit): Promise<void> => void (await statusOf(path, init))

const RUNS = { numRuns: 150 }
const known = {
  user: fc.nat(39).map((n) => `u${n}`),
  item: fc.nat(39).map((n) => `i${n}`),
  advertiser: fc.nat(4).map((n) => `a${n}`),
}
const strange = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', '.', '..', '%', '%00', '__proto__', "'; DROP TABLE users; --", '\u0000', 'toString'),
)
/** An id as imports take them: no blanks around it, and no word for what is not known. */
const newUser = fc
  .string({ minLength: 1, maxLength: 200 })
  .filter((text) => text === text.trim() && badId(text) === undefined)
const user = fc.oneof(known.user, strange)
const item = fc.oneof(known.item, strange)
const time = fc.oneof(
  fc.constantFrom(0, 1, START, START + 90 * 86_400, 4_294_967_294),
  fc.nat(4_294_967_294),
  fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString().replace(/\.\d+/, '')),
)
const domain = fc.constantFrom('offsite', 'onsite')
const type = fc.constantFrom('view', 'add_to_cart', 'checkout', 'signup')
const some = (fields: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []): fc.Arbitrary<unknown> =>
  fc.record(fields, { requiredKeys })

/** Requests as they are meant, with any values that their types allow; `when` are the times of events. */
const proper = (when: fc.Arbitrary<unknown>) => {
  const events = fc.array(
    some({ type, item: known.item, advertiser: known.advertiser, domain, time: when }, ['type', 'item']),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  const k = fc.integer({ min: 1, max: 1000 })
  const names = fc.array(fc.oneof(known.item, known.advertiser, fc.string({ minLength: 1, maxLength: 20 })), {
    maxLength: 20,
  })
  const word = fc.string({ minLength: 1, maxLength: 64 })
  const rest = {
    context: some({ country: word, time, policy: fc.array(word, { maxLength: 5 }) }),
    k,
    exclude: some({ ads: names.map((all) => all.map((name) => `shopping:${name}`)), items: names, advertisers: names }),
    impressions: fc.array(some({ ad: known.item.map((name) => `shopping:${name}`), time }, ['ad', 'time'])),
    trace: fc.boolean(),
  }
  return {
    ads: fc.oneof(some({ user: known.user, ...rest }, ['user']), some({ events, ...rest }, ['events'])),
    events: some({ user: fc.oneof(known.user, newUser), events }, ['user', 'events']),
    retrieve: some({ events, k }, ['events']),
  }
}
/** The same with a part of it anything at all. */
const spoiled = (request: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(request, fc.jsonValue({ maxDepth: 3 }), fc.nat()).map(([body, anything, at]) => spoil(body, anything, at))

function spoil(body: unknown, anything: unknown, at: number): unknown {
  if (at % 4 === 0 || typeof body !== 'object' || body === null) return anything
  const keys = Object.keys(body)
  if (keys.length === 0) return anything
  const key = keys[at % keys.length]
  const copy = structuredClone(body) as Record<string, unknown>
  copy[key] = spoil(copy[key], anything, Math.floor(at / 4))
  return copy
}

const post = (path: string, body: unknown): Promise<number> =>
  statusOf(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer t' },
    body: JSON.stringify(body),
  })

/** Requests as they are meant, all of them answered; then spoiled ones. */
async function answered(
  numRuns: number,
  bodies: fc.Arbitrary<unknown>,
  send: (body: unknown) => Promise<number>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => void expect(await send(body)).toBe(200)),
    { numRuns },
  )
  await fc.assert(
    fc.asyncProperty(spoiled(bodies), async (body) => void (await send(body))),
    { numRuns },
  )
}

describe('no request makes the server fail, hang or show its insides', () => {
  it('POST /v1/ads', async () => {
    await answered(300, proper(time).ads, (body) => post('/v1/ads', body))
  })
  it('POST /v1/events', async () => {
    await answered(100, proper(fc.integer({ min: EARLIEST, max: START + 90 * 86_400 })).events, (body) =>
      post('/v1/events', body),
    )
  })
  it('POST /v1/retrieve', async () => {
    await answered(100, proper(time).retrieve, (body) => post('/v1/retrieve', body))
  })
  it.each(['/v1/users/ID', '/v1/users/ID/candidates?k=K', '/v1/items/ID', '/v1/items/ID/neighbours?k=K', '/v1/ads/ID'])(
    'GET %s',
    async (path) => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(user, item), fc.oneof(fc.integer().map(String), fc.string()), (id, n) =>
          holds(path.replace('ID', () => encoded(id)).replace('K', () => encoded(n))),
        ),
        RUNS,
      )
    },
  )
  it('any method and path', async () => {
    const method = fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST')
    const path = fc.array(fc.oneof(fc.constantFrom('v1', 'users', 'ads', 'docs', 'static', '..'), fc.webSegment()))
    await fc.assert(
      fc.asyncProperty(method, path, fc.string(), (method, segments, query) =>
        holds(`/${segments.join('/')}?${encoded(query)}`, { method, redirect: 'manual' }),
      ),
      RUNS,
    )
  })
  it('any body of any type', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/v1/ads', '/v1/events', '/v1/retrieve'),
        fc.constantFrom('application/json', 'text/plain', 'application/json; charset=latin1', 'multipart/form-data'),
        fc.uint8Array({ maxLength: 2000 }),
        (path, type, body) =>
          holds(path, { method: 'POST', headers: { 'content-type': type, authorization: 'Bearer t' }, body }),
      ),
      RUNS,
    )
  })
})

/** Percent-encoded; what is no Unicode text cannot be sent in a path. */
const encoded = (id: string): string => encodeURIComponent(Buffer.from(id).toString())
