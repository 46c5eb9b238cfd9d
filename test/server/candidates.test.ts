import { describe, expect, it } from 'vitest'
import { fakeServer, generation } from './fake-serving.js'

describe('GET /v1/users/{id}/candidates', () => {
  it('answers with stored advertisers and the nearest items, by their outside names, with provenance', async () => {
    const { app, retrievals } = await fakeServer()
    const response = await app.inject('/v1/users/u1/candidates?k=2')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({
      user: 'u1',
      provenance: {
        generation: 'g1',
        itemRun: 'item-run',
        advertiserRun: 'advertiser-run',
        seq: 20,
        asOf: '2017-07-14T02:40:00Z',
        userSeq: 10,
        userAsOf: '2017-07-14T02:40:00Z',
      },
      advertisers: [
        { rank: 1, advertiser: 'a4', name: 'Shop 4', score: 0.5, source: 'advertiser-model' },
        { rank: 2, advertiser: 'a2', name: 'Shop 2', score: 0.25, source: 'advertiser-model' },
      ],
      items: [
        {
          rank: 1,
          item: 'i1',
          title: 'Item 1',
          category: 'A/B',
          price: 0.5,
          advertiser: 'a2',
          advertiserName: 'Shop 2',
          score: 1,
          source: 'item-model',
        },
        {
          rank: 2,
          item: 'i2',
          title: 'Item 2',
          category: 'A/B',
          price: 1,
          advertiser: 'a3',
          advertiserName: 'Shop 3',
          score: 0.96875,
          source: 'item-model',
        },
      ],
    })
    expect(retrievals.g1.users).toEqual([{ user: 1, k: 2 }])
  })

  it("says which ingest number the user's vector is of, and that of the generation", async () => {
    const late = await fakeServer({}, generation('g2', 40))
    const { provenance } = (await late.app.inject('/v1/users/u1/candidates')).json()
    expect(provenance).toMatchObject({ generation: 'g2', seq: 40, userSeq: 30 })
  })

  it('says null, not zero, where a price is unknown', async () => {
    const { app } = await fakeServer()
    expect((await app.inject('/v1/users/u1/candidates?k=7')).json().items[6].price).toBeNull()
  })

  it('answers 404 for an unknown user, and for one without a vector in this generation', async () => {
    const { app } = await fakeServer()
    const unknown = await app.inject('/v1/users/nobody/candidates')
    expect([unknown.statusCode, unknown.json().error.code]).toEqual([404, 'unknown_user'])
    expect(unknown.json().error.message).toBe('There is no user nobody.')
    const later = await app.inject('/v1/users/u2/candidates')
    expect([later.statusCode, later.json().error.code]).toEqual([404, 'user_not_encoded'])
  })

  it('serves items alone where the generation has no advertiser run', async () => {
    const { app } = await fakeServer({}, { ...generation('g1', 20), advertiserRun: undefined })
    const body = (await app.inject('/v1/users/u1/candidates?k=1')).json()
    expect(body.advertisers).toEqual([])
    expect(body.provenance.advertiserRun).toBeNull()
    expect(body.items.length).toBe(1)
  })

  it.each(['k=0', 'k=1001', 'k=ten', 'k=1.5', 'x=1'])('refuses ?%s', async (query) => {
    const { app } = await fakeServer()
    const response = await app.inject(`/v1/users/u1/candidates?${query}`)
    expect([response.statusCode, response.json().error.code]).toEqual([400, 'invalid_request'])
  })

  it('refuses an id longer than 256 characters', async () => {
    const { app } = await fakeServer()
    expect((await app.inject(`/v1/users/${'x'.repeat(257)}/candidates`)).statusCode).toBe(400)
    expect((await app.inject(`/v1/users/${'x'.repeat(256)}/candidates`)).json().error.code).toBe('unknown_user')
    expect((await app.inject(`/v1/users/${'%F0%9F%9B%92'.repeat(128)}/candidates`)).json().error.code).toBe(
      'unknown_user',
    )
  })

  it('names the routes there are when asked for another', async () => {
    const { app } = await fakeServer()
    const response = await app.inject('/v2/users')
    expect([response.statusCode, response.json().error.code]).toEqual([404, 'no_such_route'])
  })
})
