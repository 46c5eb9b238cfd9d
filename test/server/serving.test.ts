import { describe, expect, it } from 'vitest'
import { Serving } from '../../src/server/serving.js'
import { fakeServer, generation } from './fake-serving.js'

describe('a newly published generation', () => {
  it('is picked up without a restart; requests under way keep the old one, which is closed after them', async () => {
    const { app, serving, published, retrievals } = await fakeServer()
    let open = (): void => {}
    retrievals.g1.gate = new Promise((resolve) => {
      open = resolve
    })
    const old = app.inject('/v1/users/u1/candidates?k=1')
    await new Promise((resolve) => setTimeout(resolve, 20))
    published.row = generation('g2', 40)
    await serving.refresh()
    expect((await app.inject('/healthz')).json()).toMatchObject({
      status: 'ok',
      generation: 'g2',
      seq: 40,
      ageSeconds: 90,
      items: 20,
      users: 2,
    })
    expect((await app.inject('/v1/users/u1/candidates?k=1')).json().provenance.generation).toBe('g2')
    expect(retrievals.g1.closed).toBe(false)
    open()
    expect((await old).json().provenance).toMatchObject({ generation: 'g1', seq: 20 })
    expect(retrievals.g1.closed).toBe(true)
  })

  it('that is damaged leaves the old one serving, and is not tried again until another is published', async () => {
    const { app, serving, published, failures, damaged } = await fakeServer()
    damaged.add('g2')
    published.row = generation('g2', 40)
    await serving.refresh()
    await serving.refresh()
    expect(failures).toEqual(['g2'])
    expect((await app.inject('/v1/users/u1/candidates')).json().provenance.generation).toBe('g1')
    published.row = generation('g3', 40)
    await serving.refresh()
    expect((await app.inject('/healthz')).json().generation).toBe('g3')
  })

  it('is loaded once when several look at the same time', async () => {
    let loads = 0
    let row = generation('g1', 1)
    const serving = await Serving.open({
      current: () => row,
      load: async () => {
        loads++
        return {
          facts: { items: 0, asOf: 0, known: { items: 0, advertisers: 0 } },
          stored: () => Promise.reject(),
          posted: () => Promise.reject(),
          dead: false,
          close: async () => {},
        }
      },
    })
    row = generation('g2', 1)
    await Promise.all([serving.refresh(), serving.refresh()])
    expect(loads).toBe(2)
  })

  it('replaces a generation whose thread has died, under the same name', async () => {
    const { serving, retrievals } = await fakeServer()
    const first = retrievals.g1
    first.dead = true
    await serving.refresh()
    expect(serving.generation.retrieval).not.toBe(first)
  })
})

it('refuses to open when nothing is published', async () => {
  await expect(Serving.open({ current: () => undefined, load: () => Promise.reject() })).rejects.toMatchObject({
    name: 'UserError',
    message: 'There is no generation to serve.',
  })
})
