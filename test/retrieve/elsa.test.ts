import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { elsaLoss, elsaVectors } from '../../src/features/elsa.js'
import type { SparseMatrix } from '../../src/features/sparse.js'
import { catalogAt } from '../../src/protocol/catalog.js'
import { Elsa } from '../../src/retrieve/elsa.js'
import { day, queriesAt, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const options = { width: 4, steps: 200, learningRate: 0.05, seed: 1 }

/** Users as rows of unit length over 5 items. */
function rowsOf(users: number[][]): SparseMatrix {
  const offsets = new Float64Array(users.length + 1)
  users.forEach((own, u) => (offsets[u + 1] = offsets[u] + own.length))
  const values = Float32Array.from(users.flatMap((own) => own.map(() => 1 / Math.sqrt(own.length))))
  return { height: users.length, width: 5, offsets, columns: Uint32Array.from(users.flat()), values }
}
const users = [[0, 1], [], [1, 2], [0, 2, 3], [3, 4]]

describe('ELSA', () => {
  it('has the loss of its definition, and the gradient of that loss', () => {
    const width = 3
    const rng = new Rng(5)
    const A = Float32Array.from({ length: 5 * width }, () => rng.normal())
    const row = (i: number): number[] => [...A.subarray(i * width, (i + 1) * width)]
    const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0)
    const cosines = users
      .filter((own) => own.length > 0)
      .map((own) => {
        const x = [0, 1, 2, 3, 4].map((i) => (own.includes(i) ? 1 / Math.sqrt(own.length) : 0))
        const y = [0, 1, 2, 3, 4].map((j) => x.reduce((sum, xi, i) => sum + xi * dot(row(i), row(j)), -x[j]))
        return dot(x, y) / Math.sqrt(dot(y, y))
      })
    const { loss, gradient } = elsaLoss(rowsOf(users), A, width)
    expect(loss).toBeCloseTo(-cosines.reduce((a, b) => a + b) / 4, 5)
    for (let i = 0; i < A.length; i++) {
      const at = (change: number): number =>
        elsaLoss(
          rowsOf(users),
          A.map((x, k) => (k === i ? x + change : x)),
          width,
        ).loss
      expect(gradient[i]).toBeCloseTo((at(0.01) - at(-0.01)) / 0.02, 2)
    }
  })

  it('learns unit vectors that lower it, the same ones of a seed', () => {
    const A = elsaVectors(rowsOf(users), options)
    for (let i = 0; i < 5; i++) expect(Math.hypot(...A.subarray(4 * i, 4 * i + 4))).toBeCloseTo(1, 5)
    const before = elsaLoss(rowsOf(users), elsaVectors(rowsOf(users), { ...options, steps: 0 }), 4).loss
    expect(elsaLoss(rowsOf(users), A, 4).loss).toBeLessThan(before - 0.3)
    expect(elsaVectors(rowsOf(users), options)).toEqual(A)
  })

  it('scores what others met with the same things first, without an item counting for itself, from nothing after t', async () => {
    // two camps: items 0 1 2 and 3 4 5; item 6 is viewed only; user 6 has met 0, user 7 has met 3
    const events: FixtureEvent[] = [0, 1, 2].flatMap((u): FixtureEvent[] => [
      [u, 0, 1],
      [u, 1, 2],
      [u, 2, 3],
      [u + 3, 3, 1],
      [u + 3, 4, 2],
      [u + 3, 5, 3],
    ])
    events.push([0, 6, 4, 'view'], [6, 0, 5], [7, 3, 5], [6, 4, 50])
    const t = day(40)
    const scoresOf = async (of: FixtureEvent[]): Promise<number[]> => {
      const snapshot = snapshotOf(of, { advertisers: [0, 0, 0, 1, 1, 1, 0] })
      const elsa = new Elsa(snapshot, catalogAt(snapshot, 'item', t), t, { ...options, recent: false })
      const out = new Float32Array(8 * elsa.entries)
      await elsa.score(queriesAt(snapshot, t), 0, 8, out)
      return [...out.subarray(6 * elsa.entries, 7 * elsa.entries)]
    }
    const scores = await scoresOf(events)
    expect(Math.min(scores[1], scores[2])).toBeGreaterThan(Math.max(scores[3], scores[4], scores[5]))
    // its own vector's length of 1, taken off
    expect(scores[0]).toBeCloseTo(0, 5)
    expect(scores[6]).toBe(0)
    expect(await scoresOf(events.filter(([, , at]) => at < 41))).toEqual(scores)
  })
})
