import { describe, expect, it } from 'vitest'
import { hashString } from '../../src/core/hash.js'
import { fillAdvertisers, fillItems } from '../../src/features/candidate-batch.js'
import { withZeroRow } from '../../src/features/frozen-table.js'
import { collisions, createItemFeatures } from '../../src/features/item-features.js'
import { createPopularity, POPULARITY_COLUMNS } from '../../src/features/popularity.js'
import { PRICE_CODES, priceBucket } from '../../src/features/price-buckets.js'
import { advertiserBucket, categoryBucket, collisionRate, titleBucket } from '../../src/features/vocabulary.js'
import { advertiserInputs, itemInputs, PRICE_BUCKETS } from '../../src/model/inputs.js'
import { DAY, madeSnapshot, START } from './made-snapshot.js'

const config = { advertiserBuckets: 50, categoryBuckets: 60, titleBuckets: 70 }
const snapshot = madeSnapshot({
  users: 1,
  advertisers: 3,
  items: [{ advertiser: 2, category: 'A/B/C/D', price: 3, title: 'Blue Soap' }, { price: NaN }],
  events: [
    { user: 0, item: 0, day: 1 },
    { user: 0, item: 0, day: 3 },
    { user: 0, item: 1, day: 4 },
  ],
})
const features = createItemFeatures(snapshot, config)

describe('hashed vocabularies', () => {
  it('stay within their table and keep row 0 for the unknown', () => {
    const rows = Array.from({ length: 5000 }, (_, a) => [advertiserBucket(a, 0, 16), advertiserBucket(a, 1, 16)])
    expect(Math.min(...rows.flat())).toBe(1)
    expect(Math.max(...rows.flat())).toBe(15)
    expect(advertiserBucket(-1, 0, 16)).toBe(0)
    expect(titleBucket(0, 16)).toBe(0)
    // the two functions are independent: about one in 15 agrees
    const same = rows.filter(([x, y]) => x === y).length / rows.length
    expect(same).toBeGreaterThan(0.045)
    expect(same).toBeLessThan(0.09)
  })

  it('report the share of keys that another key shares its code with', () => {
    expect(collisionRate([1, 2, 3])).toBe(0)
    expect(collisionRate([1, 2, 2, 3, 3, 3])).toBeCloseTo(5 / 6)
    expect(collisionRate([])).toBe(0)
    const found = collisions(snapshot, features, { ...config, categoryBuckets: 2 })
    expect(found.category).toBe(1)
    expect(found.title).toBe(titleBucket(hashString('blue'), 70) === titleBucket(hashString('soap'), 70) ? 1 : 0)
  })
})

describe('price buckets', () => {
  it('are a factor of 1.5 apart, 0 for unknown', () => {
    expect([NaN, 0, 0.1, 0.149, 0.151, 0.224, 0.226].map(priceBucket)).toEqual([0, 1, 1, 1, 2, 2, 3])
    expect(priceBucket(1.5 * 7) - priceBucket(7)).toBe(1)
    expect([18_000, 20_000, 1e12].map(priceBucket)).toEqual([30, 31, 31])
    expect(PRICE_CODES).toBe(PRICE_BUCKETS)
  })
})

describe('candidates', () => {
  const moments = [START + 2 * DAY, START + 5 * DAY, START + 2 * DAY]

  it('of items carry metadata and popularity as of their moment', () => {
    const popularity = createPopularity(snapshot, 'item', START + 10 * DAY)
    const inputs = fillItems(features, popularity, [0, 0, 1], moments, 4)
    for (const [name, { shape }] of Object.entries(itemInputs(4)))
      expect(inputs[name].length, name).toBe(shape.reduce((x, y) => x * y, 1))
    expect([...inputs['candidate.row']]).toEqual([1, 1, 2, 0])
    expect([...inputs['candidate.advertiser']].slice(0, 2)).toEqual([
      advertiserBucket(2, 0, 50),
      advertiserBucket(2, 1, 50),
    ])
    expect([...inputs['candidate.advertiser']].slice(4)).toEqual([0, 0, 0, 0])
    expect([...inputs['candidate.category']].slice(0, 3)).toEqual(
      ['A', 'A/B', 'A/B/C/D'].map((path) => categoryBucket(path, 60)),
    )
    expect([...inputs['candidate.title']].slice(0, 3)).toEqual([
      titleBucket(hashString('blue'), 70),
      titleBucket(hashString('soap'), 70),
      0,
    ])
    expect([...inputs['candidate.price']]).toEqual([priceBucket(3), priceBucket(3), 0, 0])
    const expected = new Float32Array(4 * POPULARITY_COLUMNS)
    ;[0, 0, 1].forEach((item, c) => popularity.features(item, moments[c], expected, POPULARITY_COLUMNS * c))
    expect(inputs['candidate.popularity']).toEqual(expected)
    expect(expected[0]).not.toBe(expected[POPULARITY_COLUMNS])
    expect(fillItems(features, popularity, [1], moments[0])['candidate.popularity']).toEqual(
      expected.slice(2 * POPULARITY_COLUMNS, 3 * POPULARITY_COLUMNS),
    )
  })

  it('of advertisers likewise', () => {
    const popularity = createPopularity(snapshot, 'advertiser', START + 10 * DAY)
    const inputs = fillAdvertisers(features, popularity, [2, 0], moments[1])
    expect(Object.keys(inputs).sort()).toEqual(Object.keys(advertiserInputs(2)).sort())
    expect([...inputs['candidate.row']]).toEqual([3, 1])
    expect(inputs['candidate.popularity'][0]).toBeCloseTo(Math.log(((2 + 1) / (2 + 1)) * 1) / 3, 6)
    expect(inputs['candidate.popularity'][POPULARITY_COLUMNS]).toBeCloseTo(Math.log(1 / 3) / 3, 6)
  })

  it('find row i + 1 of a table with a row of zeros in front', () => {
    expect([...withZeroRow(Float32Array.of(1, 2, 3, 4), 2)]).toEqual([0, 0, 1, 2, 3, 4])
  })
})
