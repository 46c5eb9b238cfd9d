import { describe, expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { auction, bidValue, type Bidder } from '../../src/simulate/auction.js'

const bidder = (ad: number, value: number, advertiser = ad): Bidder => ({
  ad,
  advertiser,
  value,
  clicks: 0,
  actions: 0,
})
const rules = { places: 2, reserve: 1, exploration: 0 }

describe('auction', () => {
  test('places go by value, each pays what the next bids: 6 of 10, 4 of 6', () => {
    const placed = auction([bidder(0, 4), bidder(1, 10), bidder(2, 6)], rules, new Rng(1))
    expect(placed.map(({ bidder: { ad }, share }) => [ad, share])).toEqual([
      [1, 0.6],
      [2, 4 / 6],
    ])
    expect(placed.every(({ propensity }) => propensity === 1)).toBe(true)
  })

  test('the last pays the reserve, and who bids less is not shown', () => {
    const placed = auction([bidder(0, 4), bidder(1, 0.9)], rules, new Rng(1))
    expect(placed.map(({ bidder: { ad }, share }) => [ad, share])).toEqual([[0, 0.25]])
    expect(auction([bidder(0, 0)], { ...rules, reserve: 0 }, new Rng(1))).toEqual([])
  })

  test('an advertiser has one place, and is not the next that they pay for', () => {
    const placed = auction([bidder(0, 10, 7), bidder(1, 9, 7), bidder(2, 5)], rules, new Rng(1))
    expect(placed.map(({ bidder: { ad }, share }) => [ad, share])).toEqual([
      [0, 0.5],
      [2, 0.2],
    ])
  })

  test('bidding more than what a place is worth gains nothing where there is one (Vickrey 1961)', () => {
    const rng = new Rng(2)
    for (let round = 0; round < 200; round++) {
      const [worth, other] = [rng.uniform() * 10, rng.uniform() * 10]
      const gain = (bid: number): number => {
        const [first] = auction([bidder(0, bid), bidder(1, other)], { places: 1, reserve: 0.1, exploration: 0 }, rng)
        return first?.bidder.ad === 0 ? worth - first.share * bid : 0
      }
      const honest = gain(worth)
      for (const bid of [worth / 2, worth * 1.5, 20]) expect(gain(bid)).toBeLessThanOrEqual(honest + 1e-12)
    }
  })

  test('propensities are the shares with which places are filled', () => {
    const rng = new Rng(3)
    const bidders = [bidder(0, 5), bidder(1, 4), bidder(2, 3), bidder(3, 0.5)]
    const explore = { places: 1, reserve: 1, exploration: 0.3 }
    const n = 30_000
    const shown = new Map<number, { n: number; propensity: number }>()
    for (let round = 0; round < n; round++) {
      const [
        {
          bidder: { ad },
          propensity,
        },
      ] = auction(bidders, explore, rng)
      const one = shown.get(ad) ?? { n: 0, propensity }
      expect(propensity).toBe(one.propensity)
      shown.set(ad, { ...one, n: one.n + 1 })
    }
    expect([...shown.keys()].sort()).toEqual([0, 1, 2])
    expect(shown.get(0)!.propensity).toBeCloseTo(0.7 + 0.1, 12)
    expect(shown.get(1)!.propensity).toBeCloseTo(0.1, 12)
    for (const { n: times, propensity: p } of shown.values())
      expect(Math.abs(times / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n))
  })

  test('a bid for actions, clicks, 1,000 impressions', () => {
    const ads = { bid: Float64Array.of(8, 2, 5), bidType: Uint8Array.of(0, 1, 2) }
    const rates = { clicks: 0.1, actions: 0.01 }
    expect([0, 1, 2].map((c) => bidValue(ads, c, rates, 0.5))).toEqual([0.04, 0.1, 0.0025])
  })
})
