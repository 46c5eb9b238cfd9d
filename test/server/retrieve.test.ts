import { describe, expect, it } from 'vitest'
import { AS_OF, fakeServer } from './fake-serving.js'

type Server = Awaited<ReturnType<typeof fakeServer>>
const post = (server: Server, payload: object | string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'POST', url: '/v1/retrieve', payload, headers })

describe('POST /v1/retrieve', () => {
  it("encodes the history as of the data's last event when no time is posted", async () => {
    const server = await fakeServer()
    const response = await post(server, {
      events: [
        { type: 'view', item: 'i3' },
        { type: 'add_to_cart', item: 'i4', advertiser: 'a2' },
        { type: 'signup', advertiser: 'a5', domain: 'onsite' },
      ],
      k: 3,
    })
    expect(response.statusCode).toBe(200)
    expect(server.retrievals.g1.histories).toEqual([
      {
        moment: AS_OF,
        history: [
          { item: 2, advertiser: -1, type: 0, domain: 0, time: AS_OF },
          { item: 3, advertiser: 1, type: 1, domain: 0, time: AS_OF },
          { item: -1, advertiser: 4, type: 3, domain: 1, time: AS_OF },
        ],
      },
    ])
    const body = response.json()
    expect(body).toMatchObject({
      used: 3,
      ignored: [],
      provenance: { generation: 'g1', anchor: '2017-07-14T02:40:00Z' },
    })
    expect(body.items.map((one: { item: string }) => one.item)).toEqual(['i1', 'i2', 'i3'])
    expect(body.advertisers.map((one: { advertiser: string }) => one.advertiser)).toEqual(['a1', 'a2', 'a3'])
  })

  it('takes the latest posted time as the anchor; unix seconds and ISO dates are one', async () => {
    const server = await fakeServer()
    await post(server, {
      events: [
        { type: 'view', item: 'i1', time: 1000 },
        { type: 'view', item: 'i2', time: '1970-01-01T01:00:00Z' },
        { type: 'view', item: 'i3' },
      ],
    })
    const [{ history, moment }] = server.retrievals.g1.histories
    expect(moment).toBe(3600)
    expect(history.map((event) => event.time)).toEqual([1000, 3600, 3600])
  })

  it('reports unknown items and advertisers as ignored, later ones than the generation included', async () => {
    const server = await fakeServer()
    const response = await post(server, {
      events: [
        { type: 'view', item: 'nothing' },
        { type: 'view', item: 'i1' },
        { type: 'signup', advertiser: 'nobody' },
        { type: 'view', item: 'i16' },
      ],
    })
    expect(response.json()).toMatchObject({
      used: 1,
      ignored: [
        { event: 0, item: 'nothing', reason: 'unknown item' },
        { event: 2, advertiser: 'nobody', reason: 'unknown advertiser' },
        { event: 3, item: 'i16', reason: 'unknown item' },
      ],
    })
  })

  it('answers 400 when nothing of the history is known', async () => {
    const server = await fakeServer()
    const response = await post(server, { events: [{ type: 'view', item: 'nothing' }] })
    expect([response.statusCode, response.json().error.code]).toEqual([400, 'nothing_known'])
    expect(server.retrievals.g1.histories).toEqual([])
  })

  const event = { type: 'view', item: 'i1' }
  it.each([
    ['no events', { events: [] }],
    ['more than 1,000 events', { events: Array.from({ length: 1001 }, () => event) }],
    ['an unknown type', { events: [{ type: 'vew', item: 'i1' }] }],
    ['an unknown key', { events: [event], limit: 5 }],
    ['an event without item and advertiser', { events: [{ type: 'view' }] }],
    ['an id that is too long', { events: [{ type: 'view', item: 'x'.repeat(257) }] }],
    ['an empty id', { events: [{ type: 'view', item: '' }] }],
    ['a time without a zone', { events: [{ ...event, time: '2020-01-01T00:00:00' }] }],
    ['a time before 1970', { events: [{ ...event, time: -1 }] }],
    ['too many results', { events: [event], k: 1001 }],
    ['a list', [event]],
  ])('refuses %s', async (_what, body) => {
    const server = await fakeServer()
    const response = await post(server, body)
    expect([response.statusCode, response.json().error.code]).toEqual([400, 'invalid_request'])
    expect(response.body.length).toBeLessThan(1000)
  })

  it('says where a fault is', async () => {
    const response = await post(await fakeServer(), { events: [event, { type: 'vew', item: 'i1' }] })
    expect(response.json().error.message).toContain('body.events[1].type')
  })

  it('takes 1,000 events and 1,000 results', async () => {
    const response = await post(await fakeServer(), { events: Array.from({ length: 1000 }, () => event), k: 1000 })
    expect([response.statusCode, response.json().used]).toEqual([200, 1000])
  })

  it('refuses a body over 256 kB before reading it into an object, one that is not JSON, and another type', async () => {
    const server = await fakeServer()
    const large = await post(server, `{"events": ["${'x'.repeat(257 * 1024)}"]}`, {
      'content-type': 'application/json',
    })
    expect([large.statusCode, large.json().error.code]).toEqual([413, 'body_too_large'])
    expect((await post(server, '{"events":', { 'content-type': 'application/json' })).statusCode).toBe(400)
    expect((await post(server, 'a=b', { 'content-type': 'text/plain' })).statusCode).toBe(415)
  })

  it('keeps the details of a fault of its own out of the answer', async () => {
    const server = await fakeServer()
    server.retrievals.g1.posted = () => Promise.reject(new Error('/secret/path exploded'))
    const response = await post(server, { events: [event] })
    expect([response.statusCode, response.json().error.code]).toEqual([500, 'internal'])
    expect(response.body).not.toContain('secret')
  })
})
