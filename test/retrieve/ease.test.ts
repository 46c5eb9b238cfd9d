import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import type { Snapshot } from '../../src/features/snapshot.js'
import { catalogAt } from '../../src/protocol/catalog.js'
import { EaseByEntries } from '../../src/retrieve/ease-by-entries.js'
import { EaseByUsers } from '../../src/retrieve/ease-by-users.js'
import { ease } from '../../src/retrieve/ease.js'
import type { Recommender } from '../../src/retrieve/recommender.js'
import { day, queriesAt, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const t = day(40)
const lambda = 0.5
// item 3 is viewed only; what user 0 does on day 41 is not known at t
const events: FixtureEvent[] = [
  [0, 0, 1],
  [0, 1, 2],
  [0, 0, 3],
  [0, 3, 3, 'view'],
  [1, 1, 1],
  [1, 2, 40],
  [2, 1, 38],
  [2, 2, 39],
  [2, 4, 40],
  [0, 4, 41],
]
const few = snapshotOf(events, { advertisers: [0, 0, 1, 1, 1] })

/** Scores of every user's history up to t; of a shorter one where `until` is earlier. */
async function scores(recommender: Recommender, snapshot: Snapshot, until = t): Promise<number[][]> {
  const queries = queriesAt(snapshot, until)
  const { entries } = recommender
  const out = new Float32Array(snapshot.users * entries).fill(NaN)
  await recommender.score(queries, 0, snapshot.users, out)
  return [...queries.users].map((q) => [...out.subarray(q * entries, (q + 1) * entries)])
}

describe('EASE', () => {
  it.each([
    ['entries', new EaseByEntries(few, catalogAt(few, 'item', t), t, { cap: 10, regularisation: lambda })],
    ['users', new EaseByUsers(few, catalogAt(few, 'item', t), t, { regularisation: lambda })],
  ])(
    'solved over %s is the closed form of the regularised regression with a zero diagonal',
    async (_over, recommender) => {
      // X (users x items 0 1 2 4; item 3 has no conversion): 1100, 0110, 0111
      const X = [
        [1, 1, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 1],
      ]
      const rows = await scores(recommender, few)
      // (Steck 2019, eq. 8) by the normal equations of each column with its own weight held at zero, solved here by
      // elimination
      const G = X[0].map((_, i) => X[0].map((_, j) => X.reduce((s, x) => s + x[i] * x[j], 0)))
      const B = X[0].map(() => [0, 0, 0, 0])
      for (let j = 0; j < 4; j++) {
        const others = [0, 1, 2, 3].filter((i) => i !== j)
        const solution = solve(
          others.map((i) => others.map((k) => G[i][k] + (i === k ? lambda : 0))),
          others.map((i) => G[i][j]),
        )
        others.forEach((i, r) => (B[i][j] = solution[r]))
      }
      const columns = [0, 1, 2, 4]
      X.forEach((x, q) =>
        columns.forEach((item, j) =>
          expect(rows[q][item]).toBeCloseTo(
            x.reduce((s, v, i) => s + v * B[i][j], 0),
            5,
          ),
        ),
      )
      expect(rows.map((row) => row[3])).toEqual([0, 0, 0])
    },
  )

  it('is the same over users as over entries, of whole histories and of shorter ones', async () => {
    const rng = new Rng(4)
    const events = Array.from({ length: 900 }, (): FixtureEvent => [
      rng.int(30),
      Math.floor(80 * rng.uniform() ** 2),
      1 + rng.int(50),
      rng.uniform() < 0.7 ? 'checkout' : 'view',
    ])
    const many = snapshotOf(events, { advertisers: Array(80).fill(0) as number[] })
    const catalog = catalogAt(many, 'item', t)
    const [entries, users] = [
      new EaseByEntries(many, catalog, t, { cap: 80, regularisation: 20 }),
      new EaseByUsers(many, catalog, t, { regularisation: 20 }),
    ]
    for (const until of [t, day(25)]) {
      const [a, b] = [await scores(entries, many, until), await scores(users, many, until)]
      a.forEach((row, q) => row.forEach((x, e) => expect(b[q][e], `user ${q} entry ${e}`).toBeCloseTo(x, 5)))
    }
  })

  it('is solved over whichever are few, and says what it leaves out where both are many', async () => {
    const made = (cap: number): Recommender => ease(few, catalogAt(few, 'item', t), t, { cap, regularisation: 1 })
    expect(made(4)).toBeInstanceOf(EaseByEntries)
    expect(made(4).name).toBe('EASE')
    expect(made(3)).toBeInstanceOf(EaseByUsers)
    expect(made(3).name).toBe('EASE')
    expect(made(2).name).toBe('EASE, top 2')
    // who begins after t is not counted among the users
    const later = snapshotOf([...events, [3, 0, 41], [4, 1, 42]], { advertisers: [0, 0, 1, 1, 1] })
    expect(ease(later, catalogAt(later, 'item', t), t, { cap: 3, regularisation: 1 })).toBeInstanceOf(EaseByUsers)
    // columns 1 (3 conversions) and 0 (2, before item 2 by its number)
    for (const row of await scores(made(2), few)) expect(row.slice(2)).toEqual([0, 0, 0])
  })
})

function solve(a: number[][], b: number[]): number[] {
  const n = b.length
  const m = a.map((row, i) => [...row, b[i]])
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const f = m[r][i] / m[i][i]
      for (let c = i; c <= n; c++) m[r][c] -= f * m[i][c]
    }
  }
  const x = Array(n).fill(0) as number[]
  for (let i = n - 1; i >= 0; i--)
    x[i] = (m[i][n] - m[i].slice(i + 1, n).reduce((s, v, k) => s + v * x[i + 1 + k], 0)) / m[i][i]
  return x
}
