import { describe, expect, it } from 'vitest'
import { dotProducts } from '../../src/ann/dot-products.js'
import { TopAdvertisers } from '../../src/embed/top-advertisers.js'
import { unitVector } from './counting-tower.js'

describe('TopAdvertisers', () => {
  it('gives each user the advertisers of highest cosine, best first, as store ids', async () => {
    const d = 8
    const advertisers = Array.from({ length: 50 }, (_, a) => unitVector(d, 1, a))
    const users = Array.from({ length: 3 }, (_, u) => unitVector(d, 2, u))
    const flat = (rows: Float32Array[]) => Float32Array.from(rows.flatMap((row) => [...row]))
    const { ids, scores } = await new TopAdvertisers(flat(advertisers), await dotProducts(d), 5, 1).rank(flat(users))
    users.forEach((user, u) => {
      const cosines = advertisers.map((advertiser) => advertiser.reduce((sum, x, i) => sum + x * user[i], 0))
      const best = cosines
        .map((_, a) => a)
        .sort((a, b) => cosines[b] - cosines[a])
        .slice(0, 5)
      expect([...ids.subarray(u * 5, u * 5 + 5)]).toEqual(best.map((a) => a + 1))
      best.forEach((a, i) => expect(scores[u * 5 + i]).toBeCloseTo(cosines[a], 5))
    })
  })

  it('ranks all advertisers where there are fewer than asked for', async () => {
    const top = new TopAdvertisers(Float32Array.of(1, 0, 0, 1), await dotProducts(2), 100, 1)
    expect(top.k).toBe(2)
    expect([...(await top.rank(Float32Array.of(0, 1))).ids]).toEqual([2, 1])
  })
})
