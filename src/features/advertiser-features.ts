import { hashString } from '../core/hash.js'
import { CATEGORY_LEVELS } from './snapshot.js'
import type { CatalogData } from './snapshot.js'

/** Columns of the hashed histogram of top-level categories, and of the price and size statistics. */
const HISTOGRAM = 32
const STATISTICS = 4
const CATEGORY_SEED = 41

/** Columns of the aggregates for graph vectors of a width. */
export function aggregateWidth(vectorWidth: number): number {
  return vectorWidth + HISTOGRAM + STATISTICS
}

export interface AdvertiserFeatures {
  /** [advertisers, width], row-major; zeros for an advertiser without items */
  table: Float32Array
  width: number
}

/**
 * What an advertiser's items tell of it, from the items first seen up to `limit` (unix seconds) only:
 *
 * - the mean of their graph vectors [vectorWidth];
 * - their shares by hashed second-level category (the first where there is no second) [32];
 * - a third of the mean of log(1 + price), its standard deviation, the share of items with a price, and a fifth of
 *   log(1 + items) [4]: all of about unit size.
 */
export function createAdvertiserFeatures(
  catalog: CatalogData,
  vectors: Float32Array,
  vectorWidth: number,
  limit: number,
): AdvertiserFeatures {
  const width = aggregateWidth(vectorWidth)
  const { advertisers, items } = catalog
  const table = new Float32Array(advertisers * width)
  const count = new Float64Array(advertisers)
  const priced = new Float64Array(advertisers)
  const price = new Float64Array(advertisers)
  const squared = new Float64Array(advertisers)
  const column = Int32Array.from(catalog.categories, (path) => hashString(path, CATEGORY_SEED) % HISTOGRAM)
  for (let i = 0; i < items; i++) {
    const a = catalog.itemAdvertiser[i]
    if (a < 0 || catalog.itemFirstSeen[i] > limit) continue
    count[a]++
    for (let c = 0; c < vectorWidth; c++) table[a * width + c] += vectors[i * vectorWidth + c]
    const [top, second] = [catalog.itemCategory[i * CATEGORY_LEVELS], catalog.itemCategory[i * CATEGORY_LEVELS + 1]]
    const category = second >= 0 ? second : top
    if (category >= 0) table[a * width + vectorWidth + column[category]]++
    const p = catalog.itemPrice[i]
    if (Number.isNaN(p)) continue
    const x = Math.log1p(Math.max(0, p))
    priced[a]++
    price[a] += x
    squared[a] += x * x
  }
  for (let a = 0; a < advertisers; a++) {
    if (count[a] === 0) continue
    const at = a * width
    for (let c = 0; c < vectorWidth + HISTOGRAM; c++) table[at + c] /= count[a]
    const statistics = at + vectorWidth + HISTOGRAM
    if (priced[a] > 0) {
      const mean = price[a] / priced[a]
      table[statistics] = mean / 3
      table[statistics + 1] = Math.sqrt(Math.max(0, squared[a] / priced[a] - mean * mean))
    }
    table[statistics + 2] = priced[a] / count[a]
    table[statistics + 3] = Math.log1p(count[a]) / 5
  }
  return { table, width }
}
