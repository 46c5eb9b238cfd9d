import { beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import type { Engine } from '../../src/engine/index.js'
import { eager, encode, profileFeeds, randomEvent, tinyShape } from './tiny.js'

const TOWERS = ['transformer', 'mean', 'max', 'decayed-mean'] as const
const rng = new Rng(11)
const events = Array.from({ length: 6 }, () => randomEvent(rng))

let engine: Engine
beforeAll(async () => {
  engine = await eager()
})

function expectClose(a: number[], b: number[], digits = 5): void {
  a.forEach((x, i) => expect(x).toBeCloseTo(b[i], digits))
}
const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((x, i) => x - b[i]))

describe.each(TOWERS)('%s tower', (userTower) => {
  const shape = tinyShape({ userTower })

  it('gives vectors of length 1, and a finite one for an empty history', async () => {
    const [some, none] = await encode(engine, shape, [events.slice(0, 3), []], 6)
    expect(Math.hypot(...some)).toBeCloseTo(1, 5)
    for (const x of none) expect(Number.isFinite(x)).toBe(true)
  })

  it('gives the same vector whatever the padding', async () => {
    const [short] = await encode(engine, shape, [events.slice(0, 3)], 3)
    const [long] = await encode(engine, shape, [events.slice(0, 3)], 6)
    expectClose(short, long)
    const [empty] = await encode(engine, shape, [[]], 3)
    const [emptier] = await encode(engine, shape, [[]], 6)
    expectClose(empty, emptier)
  })

  it('encodes a history alone as beside others', async () => {
    const [alone] = await encode(engine, shape, [events.slice(1, 5)], 6)
    const [, beside] = await encode(engine, shape, [events, events.slice(1, 5), []], 6)
    expectClose(alone, beside)
  })

  it('tells histories apart', async () => {
    const [a, b] = await encode(engine, shape, [events.slice(0, 3), events.slice(3, 6)], 6)
    expect(distance(a, b)).toBeGreaterThan(0.01)
  })
})

describe('order of events', () => {
  const shuffled = [events[2], events[0], events[1], events[3]]
  it('does not matter to mean and max pooling and to a bidirectional transformer without positions', async () => {
    for (const userTower of ['mean', 'max', 'transformer'] as const) {
      const [a, b] = await encode(engine, tinyShape({ userTower }), [events.slice(0, 4), shuffled], 6, false)
      expectClose(a, b)
    }
  })

  it('matters to the decayed mean and to a causal transformer even without positions', async () => {
    for (const shape of [tinyShape({ userTower: 'decayed-mean' }), tinyShape({ causal: true })]) {
      const [a, b] = await encode(engine, shape, [events.slice(0, 4), shuffled], 6, false)
      expect(distance(a, b)).toBeGreaterThan(1e-3)
    }
  })

  it('matters to the transformer with positions', async () => {
    const [a, b] = await encode(engine, tinyShape(), [events.slice(0, 4), shuffled], 6)
    expect(distance(a, b)).toBeGreaterThan(1e-3)
  })
})

describe('the profile', () => {
  const shape = tinyShape({ profile: true })
  const profile = {
    item: [
      [3, 0.6],
      [5, 0.8],
    ] as [number, number][],
    category: [[2, 1]] as [number, number][],
    advertiser: [[[1, 4], 1]] as [[number, number], number][],
  }
  const vectors = async (...profiles: Parameters<typeof profileFeeds>[0]): Promise<number[][]> =>
    encode(
      engine,
      shape,
      profiles.map(() => events.slice(0, 3)),
      6,
      true,
      profileFeeds(profiles),
    )

  it('moves the vector by each of its parts, and padding does not', async () => {
    const [whole, ...others] = await vectors(
      profile,
      {
        ...profile,
        item: [
          [3, 0.8],
          [5, 0.6],
        ],
      },
      { ...profile, category: [[7, 1]] },
      { ...profile, advertiser: [[[1, 5], 1]] },
      { ...profile, item: [[0, 0], ...profile.item], category: [...profile.category, [0, 0]] },
    )
    for (const other of others.slice(0, 3)) expect(distance(whole, other)).toBeGreaterThan(1e-4)
    expectClose(whole, others[3])
  })

  it('of nothing gives a finite vector', async () => {
    for (const x of (await vectors({ item: [], category: [], advertiser: [] }))[0])
      expect(Number.isFinite(x)).toBe(true)
  })
})
