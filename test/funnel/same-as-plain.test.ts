import { expect, test } from 'vitest'
import { catalogAds } from '../../src/ads/catalog-ads.js'
import type { AdInventory } from '../../src/ads/inventory.js'
import { DEFAULTS } from '../../src/config/defaults.js'
import type { FunnelConfig } from '../../src/config/schema.js'
import { Rng } from '../../src/core/rng.js'
import type { AdsNow } from '../../src/funnel/eligibility.js'
import { Funnel } from '../../src/funnel/funnel.js'
import type { Parts } from '../../src/funnel/generators/generator.js'
import { GENERATORS } from '../../src/funnel/generators/index.js'
import type { AdRequest } from '../../src/funnel/request.js'
import { makeTables } from '../../src/funnel/tables.js'
import { VectorHybrid } from '../../src/retrieve/vector-hybrid.js'
import { DAY, day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { drawnRanker, plainFunnel } from './plain-funnel.js'

const [USERS, ITEMS, ADVERTISERS] = [40, 160, 9]
const WIDTH = 8
const t = day(100)

/** Users, items, ads with bids, pauses and caps, and a light ranker, all drawn by chance. */
function drawn(seed: number) {
  const rng = new Rng(seed)
  const events = Array.from({ length: 1500 }, (): FixtureEvent => {
    const user = rng.int(USERS)
    const item = rng.int(4) === 0 ? rng.int(ITEMS) : ((user % 5) * 30 + rng.int(40)) % ITEMS
    return [user, item, rng.int(100), (['view', 'add_to_cart', 'checkout'] as const)[rng.int(3)]]
  })
  const snapshot = snapshotOf(events, {
    advertisers: Array.from({ length: ITEMS }, () => rng.int(ADVERTISERS)),
    categories: Array.from({ length: ITEMS }, (_, i) => `c${Math.floor(i / 20)}`),
  })
  snapshot.itemPrice.set(Float32Array.from({ length: ITEMS }, () => (rng.int(5) === 0 ? NaN : 1 + rng.int(100))))
  const vectors = (n: number): Float32Array => Float32Array.from({ length: n * WIDTH }, () => rng.normal() / 3)
  const hybrid = (kind: 'item' | 'advertiser', entries: number): VectorHybrid =>
    new VectorHybrid(kind, {
      run: kind,
      width: WIDTH,
      vectors: vectors(entries),
      popularity: Float32Array.from({ length: entries }, () => rng.uniform()),
      weights: { own: 0.1, recent: 0.05, popularity: 0.02 },
      seed: 1,
      masked: false,
    })
  const countries = { names: ['DE', 'FR'], ofUser: Int32Array.from({ length: USERS }, (_, u) => u % 2) }
  const parts: Parts = {
    catalog: snapshot,
    items: hybrid('item', ITEMS),
    advertisers: hybrid('advertiser', ADVERTISERS),
    tables: makeTables(snapshot, countries, t, 30),
  }
  const all = catalogAds(snapshot)
  const campaigns = 12
  const inventory: AdInventory = {
    ...all,
    paused: Uint8Array.from({ length: all.ads }, () => Number(rng.int(6) === 0)),
    campaign: Int32Array.from({ length: all.ads }, () => rng.int(campaigns)),
    campaigns,
    status: new Uint8Array(campaigns).fill(all.status[0]),
    bid: Float64Array.from({ length: campaigns }, () => 1 + rng.int(4)),
    bidType: new Uint8Array(campaigns),
    dailyBudget: new Float64Array(campaigns).fill(Infinity),
    pacing: new Uint8Array(campaigns).fill(all.pacing[0]),
    starts: Float64Array.from({ length: campaigns }, (_, c) => (c === 0 ? t + DAY : -Infinity)),
    ends: new Float64Array(campaigns).fill(Infinity),
    campaignCountries: new Uint32Array(campaigns),
    campaignFlags: new Uint32Array(campaigns),
    cap: Int32Array.from({ length: campaigns }, (_, c) => (c % 5 === 1 ? 1 : 0)),
    capDays: new Int32Array(campaigns).fill(7),
    excludeBuyersDays: Int32Array.from({ length: campaigns }, (_, c) => (c % 4 === 2 ? 60 : 0)),
  }
  const now: AdsNow = { inventory, spent: new Float64Array(campaigns) }
  const userVectors = { item: vectors(USERS), advertiser: vectors(USERS) }
  const request = (user: number): AdRequest => ({
    queries: {
      events: snapshot,
      users: Int32Array.of(user),
      ends: Int32Array.of(snapshot.offsets[user + 1]),
      moment: t,
      vectors: {
        item: userVectors.item.subarray(user * WIDTH, (user + 1) * WIDTH),
        advertiser: userVectors.advertiser.subarray(user * WIDTH, (user + 1) * WIDTH),
      },
    },
    user,
    context: { moment: t, ...(user % 3 > 0 && { country: countries.names[user % 2] }) },
    impressions: Array.from({ length: 3 }, () => ({ ad: rng.int(all.ads), time: t - rng.int(10 * DAY) })),
    exclude: { ads: new Set([rng.int(all.ads)]), items: new Set([rng.int(ITEMS)]) },
    k: 10 + rng.int(60),
    trace: true,
  })
  const small = { limit: 40, quota: 15 }
  const generators = Object.fromEntries(GENERATORS.map(({ name }) => [name, { on: true, ...small }]))
  const settings: FunnelConfig = { ...DEFAULTS.funnel, generators, diversity: rng.int(2) === 0 ? 1 : 0.7 }
  const ranker = drawnRanker(
    GENERATORS.map(({ name }) => name),
    rng,
  )
  return { parts, settings, ranker, request, now }
}

test.each(['l1', 'fusion'])('ranked by %s it answers what the funnel as it is told answers', async (by) => {
  for (const seed of [1, 2]) {
    const { parts, settings, ranker, request, now } = drawn(seed)
    const used = by === 'l1' ? ranker : undefined
    const funnel = new Funnel(parts, GENERATORS, settings, used)
    for (let user = 0; user < USERS; user += 3) {
      const asked = request(user)
      const plain = await plainFunnel(parts, settings, used, asked, now)
      const { answer, found } = await funnel.run(asked, now)
      const places = Object.fromEntries(funnel.generators.map(({ name }, g) => [name, [...found[g]!.ads]]))
      expect(places).toEqual(plain.found)
      expect(answer.ads.map(({ ad }) => ad)).toEqual(plain.ads.map(({ ad }) => ad))
      answer.ads.forEach(({ score, sources }, i) => {
        // probabilities are 32-bit numbers; sums in another order differ in the last of 53 bits
        expect(score).toBeCloseTo(plain.ads[i].score, 6)
        expect(sources.map(({ generator, rank }) => [generator, rank])).toEqual(
          plain.ads[i].sources.map(({ generator, rank }) => [generator, rank]),
        )
        sources.forEach((source, s) => expect(source.score).toBeCloseTo(plain.ads[i].sources[s].score, 12))
      })
      expect(answer.trace!.union).toBe(plain.union)
      expect(answer.trace!.blend.dropped).toEqual(plain.dropped)
    }
  }
})
