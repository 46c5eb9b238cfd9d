import { expect, it } from 'vitest'
import { LoadShedding } from '../../src/server/load-shedding.js'
import { fakeServer } from './fake-serving.js'

const tick = () => new Promise((resolve) => setTimeout(resolve, 20))

it('answers 503 with Retry-After over the bound of requests in flight, and takes requests again after', async () => {
  const { app, retrievals } = await fakeServer({ maxInFlight: 2 })
  let open = (): void => {}
  retrievals.g1.gate = new Promise((resolve) => {
    open = resolve
  })
  const url = '/v1/users/u1/candidates?k=1'
  const under = [app.inject(url), app.inject(url)]
  await tick()
  const refused = await app.inject(url)
  expect([refused.statusCode, refused.headers['retry-after'], refused.json().error.code]).toEqual([
    503,
    '1',
    'overloaded',
  ])
  // health and metrics are answered all the same
  expect((await app.inject('/healthz')).statusCode).toBe(200)
  const metrics = (await app.inject('/metrics')).body
  expect(metrics).toContain('adseq_requests_in_flight 2')
  expect(metrics).toContain('adseq_requests_shed 1')

  open()
  expect((await Promise.all(under)).map((response) => response.statusCode)).toEqual([200, 200])
  expect((await app.inject(url)).statusCode).toBe(200)
  expect((await app.inject('/metrics')).body).toContain('adseq_requests_in_flight 0')
})

it('gives a place back when a request fails', async () => {
  const { app } = await fakeServer({ maxInFlight: 1 })
  for (let i = 0; i < 3; i++) expect((await app.inject('/v1/users/nobody/candidates')).statusCode).toBe(404)
  for (let i = 0; i < 3; i++)
    expect((await app.inject({ method: 'POST', url: '/v1/retrieve', payload: {} })).statusCode).toBe(400)
  expect((await app.inject('/v1/users/u1/candidates')).statusCode).toBe(200)
})

it('refuses who would be kept waiting for longer than they have, by what requests have taken lately', async () => {
  const shedding = new LoadShedding(64, 50)
  const work = (ms: number) => () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), ms))
  // nothing is known yet: all are taken
  expect(await Promise.all([1, 2, 3, 4].map(() => shedding.run(work(5))))).toEqual(Array(4).fill('done'))
  for (let i = 0; i < 60; i++) await shedding.run(work(20))
  const together = await Promise.allSettled(Array.from({ length: 10 }, () => shedding.run(work(20))))
  const taken = together.filter(({ status }) => status === 'fulfilled').length
  expect(taken).toBeGreaterThanOrEqual(2)
  expect(taken).toBeLessThanOrEqual(4)
  expect([shedding.inFlight, shedding.shed]).toEqual([0, 10 - taken])
  // one alone is never refused, however slow
  for (let i = 0; i < 3; i++) expect(await shedding.run(work(80))).toBe('done')
})

it('keeps those that it takes within their patience, though five times too much comes', async () => {
  const shedding = new LoadShedding(64, 40)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = () => (last = last.then(() => new Promise((resolve) => setTimeout(resolve, 5))))
  const waits: number[] = []
  const ask = async (): Promise<void> => {
    const due = performance.now()
    await shedding.run(inTurn)
    waits.push(performance.now() - due)
  }
  const all: Promise<unknown>[] = []
  // one a millisecond where one takes five or more
  for (let n = 0; n < 400; n++) {
    all.push(ask().catch(() => {}))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(all)
  expect(shedding.shed).toBeGreaterThan(150)
  expect(waits.length).toBe(400 - shedding.shed)
  // it waits for its patience at most, and then takes its own time; the first of all come before anything is known
  const later = waits.slice(waits.length >> 1).sort((a, b) => a - b)
  expect(later[later.length >> 1]).toBeLessThan(80)
})
