import { describe, expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { catalogAt } from '../../src/protocol/catalog.js'
import { NearestUsers, Neighbourhood, latestUsers, userVectors } from '../../src/retrieve/nearest-users.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const rng = new Rng(4)
const events = Array.from({ length: 400 }, (): FixtureEvent => [rng.int(25), rng.int(30), rng.int(60)])
const snapshot = snapshotOf(events, { advertisers: new Array<number>(30).fill(0) })
const t = day(60)
const catalog = catalogAt(snapshot, 'item', t)
const options = { neighbours: 5, halfLifeDays: 30 }

/** By the formula, dense. */
function byHand(user: number): Float64Array {
  const x = Array.from({ length: snapshot.users }, () => new Float64Array(catalog.size))
  for (let u = 0; u < snapshot.users; u++)
    for (let row = snapshot.offsets[u]; row < snapshot.offsets[u + 1]; row++)
      x[u][catalog.entryOf[snapshot.eventItem[row]]] += 2 ** ((snapshot.eventTime[row] - t) / 86_400 / 30)
  const active = x.filter((one) => one.some((value) => value > 0)).length
  const idf = Array.from({ length: catalog.size }, (_, e) => Math.log(active / x.filter((one) => one[e] > 0).length))
  const weighted = x.map((one) => one.map((value, e) => value * idf[e]))
  const norm = (v: Float64Array): number => Math.hypot(...v)
  const near = weighted
    .map((v, u) => ({
      u,
      s: v.reduce((sum, value, e) => sum + value * weighted[user][e], 0) / norm(v) / norm(weighted[user]),
    }))
    .filter(({ u, s }) => u !== user && s > 0)
    .sort((a, b) => b.s - a.s || a.u - b.u)
    .slice(0, options.neighbours)
  const out = new Float64Array(catalog.size)
  for (const { u, s } of near) x[u].forEach((value, e) => (out[e] += s * value))
  return out
}

const queries = {
  events: snapshot,
  users: Int32Array.from({ length: snapshot.users }, (_, u) => u),
  ends: Int32Array.from({ length: snapshot.users }, (_, u) => snapshot.offsets[u + 1]),
  moment: t,
}

describe('nearest users', () => {
  test('scores are those of the formula', () => {
    const knn = new NearestUsers(snapshot, catalog, t, options)
    const out = new Float32Array(snapshot.users * catalog.size)
    knn.score(queries, 0, snapshot.users, out)
    for (let user = 0; user < snapshot.users; user++) {
      const right = byHand(user)
      for (let e = 0; e < catalog.size; e++) expect(out[user * catalog.size + e]).toBeCloseTo(right[e], 5)
    }
  })

  test('users who begin later change nothing', () => {
    const more = snapshotOf(
      [...events, ...Array.from({ length: 50 }, (_, i): FixtureEvent => [25 + (i % 10), i % 30, 70 + (i % 5)])],
      { advertisers: new Array<number>(30).fill(0) },
    )
    const scores = [snapshot, more].map((data) => {
      const of = catalogAt(data, 'item', t)
      const out = new Float32Array(5 * of.size)
      const asked = { ...queries, events: data, users: queries.users.slice(0, 5), ends: queries.ends.slice(0, 5) }
      new NearestUsers(data, of, t, options).score(asked, 0, 5, out)
      return [...out]
    })
    expect(scores[1]).toEqual(scores[0])
  })

  test('of too many users those with the latest events vote', () => {
    const all = userVectors(snapshot, catalog, t, options)
    const few = latestUsers(all, snapshot, 8)
    const last = (u: number): number => snapshot.eventTime[snapshot.offsets[u + 1] - 1]
    const kept = [...queries.users].filter((u) => few.byUser.offsets[u + 1] > few.byUser.offsets[u])
    expect(kept).toHaveLength(8)
    const others = [...queries.users].filter((u) => !kept.includes(u))
    expect(Math.min(...kept.map(last))).toBeGreaterThanOrEqual(Math.max(...others.map(last)))
    const votes = new Map<number, number>()
    new Neighbourhood(few, 5, true).votes(queries, 0, catalog, 0, (e, w) => votes.set(e, (votes.get(e) ?? 0) + w))
    expect(votes.size).toBeGreaterThan(0)
  })
})
