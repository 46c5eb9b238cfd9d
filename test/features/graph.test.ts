import { describe, expect, it } from 'vitest'
import type { GraphConfig } from '../../src/config/schema.js'
import { Rng } from '../../src/core/rng.js'
import { aggregateWidth, createAdvertiserFeatures } from '../../src/features/advertiser-features.js'
import { fillColdVectors } from '../../src/features/cold-vectors.js'
import { chooseEvents, graphVectors } from '../../src/features/graph.js'
import type { MadeData } from './made-snapshot.js'
import { DAY, madeMarket, madeSnapshot, START } from './made-snapshot.js'

const config: GraphConfig = { events: 'auto', method: 'ppmi', window: 10, smoothing: 0.75, minCount: 1, vectors: true }
const LIMIT = START + 50 * DAY
const options = { limit: LIMIT, width: 8, seed: 1 }
const cosine = (vectors: Float32Array, width: number, i: number, j: number): number => {
  let sum = 0
  for (let c = 0; c < width; c++) sum += vectors[i * width + c] * vectors[j * width + c]
  return sum
}

/** Two kinds of users: one buys items 0 to 3, the other 4 to 7; items 8 to 11 have no events. */
function twoCamps(): MadeData {
  const rng = new Rng(3)
  const events = Array.from({ length: 400 }, (_, k) => ({
    user: k % 20,
    item: rng.int(4) + (k % 2 === 0 ? 0 : 4),
    day: Math.floor(k / 8),
  }))
  const items = Array.from({ length: 8 }, (_, i) => ({
    advertiser: i < 4 ? 0 : 1,
    category: i < 4 ? 'A/x' : 'B/y',
    title: i < 4 ? 'red thing' : 'blue thing',
  }))
  return {
    users: 20,
    advertisers: 3,
    items: [
      ...items,
      { category: 'A/x/new' },
      { advertiser: 1 },
      { title: 'RED one' },
      { category: 'Z', advertiser: 2, title: 'unheard of' },
    ],
    events,
  }
}

describe('graph vectors', () => {
  it('lie close together for items engaged with by the same users', () => {
    const { vectors, warm } = graphVectors(madeSnapshot(twoCamps()), config, { ...options, width: 2 })
    expect([...warm]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    for (let i = 0; i < 8; i++) {
      expect(cosine(vectors, 2, i, i)).toBeCloseTo(1, 5)
      for (let j = 0; j < i; j++) {
        if (i < 4 === j < 4) expect(cosine(vectors, 2, i, j)).toBeGreaterThan(0.95)
        else expect(Math.abs(cosine(vectors, 2, i, j))).toBeLessThan(0.1)
      }
    }
  })

  it.each([
    ['histories', 2],
    ['both', 4],
  ] as const)('lie close together by method %s, too, and items of everyone are weak', (method, width) => {
    const data = twoCamps()
    // item 12 is met by everyone
    const shared = {
      ...data,
      items: [...data.items, {}],
      events: [...data.events, ...Array.from({ length: 20 }, (_, user) => ({ user, item: 12, day: 1 }))],
    }
    const { vectors, strength } = graphVectors(madeSnapshot(shared), { ...config, method }, { ...options, width })
    for (let i = 0; i < 8; i++) {
      expect(cosine(vectors, width, i, i)).toBeCloseTo(1, 5)
      for (let j = 0; j < i; j++) {
        if (i < 4 === j < 4) expect(cosine(vectors, width, i, j)).toBeGreaterThan(0.9)
        else expect(Math.abs(cosine(vectors, width, i, j))).toBeLessThan(0.3)
      }
    }
    expect(strength[0]).toBeGreaterThan(0)
    expect(strength[12]).toBe(0)
    expect([...strength.subarray(8, 12)]).toEqual([0, 0, 0, 0])
  })

  it('come from category, advertiser or title where an item has no edges, and are zero where nothing is known', () => {
    const { vectors } = graphVectors(madeSnapshot(twoCamps()), config, options)
    const camps = (i: number): boolean[] =>
      [0, 4].map((from) => [0, 1, 2, 3].every((k) => cosine(vectors, 8, i, from + k) > 0.5))
    expect([8, 9, 10].map(camps)).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ])
    for (const i of [8, 9, 10]) expect(cosine(vectors, 8, i, i)).toBeCloseTo(1, 5)
    expect(cosine(vectors, 8, 11, 11)).toBe(0)
  })

  it('of an item added later are found from the stored table alone', () => {
    const data = twoCamps()
    const { vectors, warm } = graphVectors(madeSnapshot(data), config, options)
    const later = madeSnapshot({ ...data, items: [...data.items, { category: 'B/y' }] })
    const more = new Float32Array(13 * 8)
    more.set(vectors)
    const warmer = new Uint8Array(13)
    warmer.set(warm)
    fillColdVectors(later, more, warmer, 8)
    expect(more.subarray(0, 12 * 8)).toEqual(vectors)
    expect(cosine(more, 8, 12, 5)).toBeGreaterThan(0.5)
  })

  it('do not change when all events after the limit are deleted, nor between two runs of one seed', () => {
    const data = madeMarket(new Rng(6))
    const until = { ...data, events: data.events.filter((event) => START + event.day * DAY <= LIMIT) }
    expect(until.events.length).toBeLessThan(data.events.length)
    for (const events of ['auto', 'onsite', 'views', 'conversions'] as const) {
      const [all, cut] = [data, until].map((version) => {
        const snapshot = madeSnapshot(version)
        const graph = graphVectors(snapshot, { ...config, events }, options)
        return { graph, advertisers: createAdvertiserFeatures(snapshot, graph.vectors, 8, LIMIT) }
      })
      expect(cut).toEqual(all)
      expect(all.graph.warm.reduce((a, b) => a + b, 0)).toBeGreaterThan(5)
    }
  })

  it('use onsite events where there are enough, else views, else conversions', () => {
    const data = (onsite: number, views: number, conversions: number): MadeData => ({
      users: 1,
      items: [{}],
      events: [
        ...Array.from({ length: onsite }, () => ({ user: 0, item: 0, day: 1, domain: 1 as const })),
        ...Array.from({ length: views }, () => ({ user: 0, item: 0, day: 1, type: 'view' as const })),
        ...Array.from({ length: conversions }, () => ({ user: 0, item: 0, day: 1 })),
        ...Array.from({ length: 1000 }, () => ({ user: 0, item: 0, day: 60, domain: 1 as const })),
      ],
    })
    const choose = (...counts: [number, number, number]): string => chooseEvents(madeSnapshot(data(...counts)), LIMIT)
    expect(choose(20, 20, 20)).toBe('onsite')
    expect(choose(1, 20, 20)).toBe('views')
    expect(choose(1, 1, 20)).toBe('conversions')
    expect(choose(0, 0, 0)).toBe('conversions')
  })

  it('are zero without events, and fewer columns are filled than items allow', () => {
    const nothing = graphVectors(madeSnapshot({ users: 0, items: [{}, {}], events: [] }), config, options)
    expect([...nothing.vectors]).toEqual(new Array(16).fill(0))
    const two = graphVectors(
      madeSnapshot({
        users: 1,
        items: [{}, {}],
        events: [
          { user: 0, item: 0, day: 1 },
          { user: 0, item: 1, day: 2 },
        ],
      }),
      config,
      options,
    )
    expect(cosine(two.vectors, 8, 0, 0)).toBeCloseTo(1, 5)
  })
})

describe('advertiser aggregates', () => {
  it('are means over the items known by the limit, by hand', () => {
    const snapshot = madeSnapshot({
      users: 1,
      advertisers: 2,
      items: [
        { advertiser: 0, category: 'A/x', price: Math.E - 1 },
        { advertiser: 0, category: 'A/x', price: Math.E ** 3 - 1 },
        { advertiser: 0 },
        { advertiser: 0, category: 'B', price: 1000 },
      ],
      events: [0, 1, 2].map((item) => ({ user: 0, item, day: 1 })).concat({ user: 0, item: 3, day: 55 }),
    })
    const vectors = Float32Array.of(1, 0, 0, 1, 1, 1, 9, 9)
    const { table, width } = createAdvertiserFeatures(snapshot, vectors, 2, LIMIT)
    expect(width).toBe(aggregateWidth(2))
    expect(table.length).toBe(2 * width)
    expect([table[0], table[1]].map((x) => Math.round(x * 3))).toEqual([2, 2])
    const histogram = [...table.subarray(2, width - 4)].filter((x) => x > 0)
    expect(histogram).toHaveLength(1)
    expect(histogram[0]).toBeCloseTo(2 / 3, 6)
    const statistics = [...table.subarray(width - 4, width)]
    ;[2 / 3, 1, 2 / 3, Math.log(4) / 5].forEach((x, k) => expect(statistics[k]).toBeCloseTo(x, 5))
    expect(table.subarray(width).every((x) => x === 0)).toBe(true)
  })
})
