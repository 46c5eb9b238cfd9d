import { describe, expect, it } from 'vitest'
import { Serving } from '../../src/server/serving.js'
import { FakeRetrieval, fakeServer, generation } from './fake-serving.js'

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

  it('that is damaged leaves the old one serving; it is tried again when its files change, or after a while', async () => {
    const { app, serving, published, failures, damaged, clock } = await fakeServer()
    damaged.set('g2', 'cut short')
    published.row = generation('g2', 40)
    const tries = async (): Promise<number> => {
      await serving.refresh()
      return failures.length
    }
    expect([await tries(), await tries()]).toEqual([1, 1])
    expect((await app.inject('/v1/users/u1/candidates')).json().provenance.generation).toBe('g1')
    damaged.set('g2', 'still cut short')
    expect([await tries(), await tries()]).toEqual([2, 2])
    // 5 s after the first time, then twice as long
    clock.ms += 9_999
    expect(await tries()).toBe(2)
    clock.ms += 1
    expect(await tries()).toBe(3)
    damaged.clear()
    clock.ms += 20_000
    await serving.refresh()
    expect((await app.inject('/healthz')).json().generation).toBe('g2')
  })

  it('leaves one that cannot be loaded for another that is published meanwhile', async () => {
    const { app, serving, published, damaged } = await fakeServer()
    damaged.set('g2', 'cut short')
    published.row = generation('g2', 40)
    await serving.refresh()
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
        return new FakeRetrieval(row)
      },
    })
    row = generation('g2', 1)
    await Promise.all([serving.refresh(), serving.refresh()])
    expect(loads).toBe(2)
  })

  it('comes back by itself when its thread has ended; requests meanwhile are told so at once', async () => {
    const { app, serving, retrievals, damaged } = await fakeServer()
    const first = retrievals.g1
    let fail = (_: Error): void => {}
    first.gate = new Promise((_, reject) => (fail = reject))
    const under = app.inject('/v1/users/u1/candidates')
    await new Promise((resolve) => setTimeout(resolve, 20))
    damaged.set('g1', 'no memory')
    first.die()
    fail(new Error('the thread ended'))
    for (const answer of [await under, await app.inject('/v1/users/u1/candidates'), await app.inject('/readyz')])
      expect([answer.statusCode, answer.headers['retry-after'], answer.json().error.code]).toEqual([
        503,
        '1',
        'not_ready',
      ])
    expect((await app.inject('/healthz')).json()).toMatchObject({ status: 'ok', ready: false })
    damaged.clear()
    await serving.refresh()
    expect(serving.generation.retrieval).not.toBe(first)
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', generation: 'g1' })
    retrievals.g1.die()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await app.inject('/readyz')).statusCode).toBe(200)
  })
})

it('refuses to open when nothing is published', async () => {
  await expect(Serving.open({ current: () => undefined, load: () => Promise.reject() })).rejects.toMatchObject({
    name: 'UserError',
    message: 'There is no generation to serve.',
  })
})
