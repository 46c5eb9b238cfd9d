import { catalogAds } from '../ads/catalog-ads.js'
import type { Snapshot } from '../features/snapshot.js'
import { catalogAt } from '../protocol/catalog.js'
import { logPopularity } from '../retrieve/popularity.js'
import type { HybridWeights } from '../retrieve/model.js'
import type { Towers } from '../retrieve/towers.js'
import { VectorHybrid } from '../retrieve/vector-hybrid.js'
import type { AdsNow } from './eligibility.js'
import type { Parts } from './generators/generator.js'
import { makeTables, whole, type Countries } from './tables.js'

/** A model as the funnel needs it: its towers, and the weights of its hybrid. */
export interface FunnelModel {
  run: string
  kind: 'item' | 'advertiser'
  width: number
  towers: Towers
  weights: HybridWeights
}

export interface AsOfOptions {
  item: FunnelModel
  advertiser?: FunnelModel
  countries: Countries
  /** unix seconds: nothing later is seen */
  t: number
  /** the window in which conversions count */
  windowDays: number
  masked: boolean
  seed: number
}

/** What the funnel would have been made of at moment t, with an ad of everything known by then. */
export async function partsAsOf(snapshot: Snapshot, options: AsOfOptions): Promise<{ parts: Parts; now: AdsNow }> {
  const { item, advertiser, countries, t, windowDays } = options
  const parts: Parts = {
    catalog: snapshot,
    items: await hybridAsOf(snapshot, item, options),
    ...(advertiser && { advertisers: await hybridAsOf(snapshot, advertiser, options) }),
    tables: makeTables(snapshot, countries, t, windowDays),
  }
  const known = {
    items: catalogAt(snapshot, 'item', t).ids,
    advertisers: catalogAt(snapshot, 'advertiser', t).ids,
  }
  const inventory = catalogAds(snapshot, known)
  return { parts, now: { inventory, spent: new Float64Array(inventory.campaigns) } }
}

/** Days of conversions that make an entry popular, where none were fitted. */
const POPULAR_DAYS = 30

/**
 * The same models with everything that is counted as of a later moment: what `adseq refresh` makes anew, but for the
 * vectors of items and advertisers, which stay.
 * @param snapshot of the same catalog, with what has been done since
 */
export function refreshedParts(parts: Parts, snapshot: Snapshot, countries: Countries, t: number): Parts {
  const popular = (hybrid: VectorHybrid): VectorHybrid => {
    const { popularityDays = POPULAR_DAYS } = hybrid.parts
    return hybrid.withPopularity(logPopularity(snapshot, whole(snapshot, hybrid.level), t, popularityDays))
  }
  return {
    catalog: snapshot,
    items: popular(parts.items),
    ...(parts.advertisers && { advertisers: popular(parts.advertisers) }),
    tables: makeTables(snapshot, countries, t, parts.tables.windowDays),
  }
}

async function hybridAsOf(
  snapshot: Snapshot,
  { run, kind, width, towers, weights }: FunnelModel,
  { t, masked, seed }: AsOfOptions,
): Promise<VectorHybrid> {
  const catalog = whole(snapshot, kind)
  const fitted = weights[kind] ?? null
  const popularityDays = fitted?.popularityDays ?? POPULAR_DAYS
  return new VectorHybrid(
    kind,
    {
      run,
      width,
      vectors: await towers.encodeEntries(catalog.ids, t),
      popularity: logPopularity(snapshot, catalog, t, popularityDays),
      popularityDays,
      weights: fitted,
      seed,
      masked,
    },
    towers,
  )
}
