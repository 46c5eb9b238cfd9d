import type { ModelConfig } from '../config/schema.js'
import { priceBucket } from './price-buckets.js'
import { CATEGORY_LEVELS, TITLE_TOKENS } from './snapshot.js'
import type { CatalogData } from './snapshot.js'
import { advertiserBucket, categoryBucket, collisionRate, titleBucket } from './vocabulary.js'

/** The keys of `model` that size the hash embeddings: rows of each table, row 0 being "unknown". */
export type FeatureConfig = Pick<ModelConfig, 'advertiserBuckets' | 'categoryBuckets' | 'titleBuckets'>

/** Catalog metadata as rows of the embedding tables; all arrays are flat, row by row. */
export interface ItemFeatures {
  /** [advertisers * 2] */
  advertiser: Int32Array
  /** [items * 2]: of the item's advertiser, 0 where it has none */
  itemAdvertiser: Int32Array
  /** [categories of the catalog] */
  categoryRow: Int32Array
  /** [items * CATEGORY_LEVELS], 0 where absent */
  category: Int32Array
  /** [items * TITLE_TOKENS], 0 where absent */
  title: Int32Array
  /** [items], 0 where unknown */
  price: Int32Array
}

/** Hashes the catalog into rows of the model's embedding tables. Reads no event. */
export function createItemFeatures(catalog: CatalogData, config: FeatureConfig): ItemFeatures {
  const { items, advertisers } = catalog
  const advertiser = new Int32Array(advertisers * 2)
  for (let a = 0; a < advertisers; a++) {
    advertiser[2 * a] = advertiserBucket(a, 0, config.advertiserBuckets)
    advertiser[2 * a + 1] = advertiserBucket(a, 1, config.advertiserBuckets)
  }
  const itemAdvertiser = new Int32Array(items * 2)
  for (let i = 0; i < items; i++) {
    const a = catalog.itemAdvertiser[i]
    if (a < 0) continue
    itemAdvertiser[2 * i] = advertiser[2 * a]
    itemAdvertiser[2 * i + 1] = advertiser[2 * a + 1]
  }
  const categoryRow = Int32Array.from(catalog.categories, (path) => categoryBucket(path, config.categoryBuckets))
  const category = new Int32Array(items * CATEGORY_LEVELS)
  for (let k = 0; k < category.length; k++) {
    const c = catalog.itemCategory[k]
    if (c >= 0) category[k] = categoryRow[c]
  }
  const title = new Int32Array(items * TITLE_TOKENS)
  for (let k = 0; k < title.length; k++) title[k] = titleBucket(catalog.itemTitle[k], config.titleBuckets)
  const price = new Int32Array(items)
  for (let i = 0; i < items; i++) price[i] = priceBucket(catalog.itemPrice[i])
  return { advertiser, itemAdvertiser, categoryRow, category, title, price }
}

/** Share of distinct keys of each vocabulary that a model of these sizes cannot tell from another. */
export interface Collisions {
  advertiser: number
  category: number
  title: number
}

/** The collision rate of each hashed vocabulary, for reports. */
export function collisions(catalog: CatalogData, features: ItemFeatures, config: FeatureConfig): Collisions {
  const pairs: string[] = []
  // the embedding is the sum of the two rows: their order does not matter
  for (let a = 0; a < features.advertiser.length; a += 2) {
    const [x, y] = [features.advertiser[a], features.advertiser[a + 1]]
    pairs.push(x < y ? `${x} ${y}` : `${y} ${x}`)
  }
  const tokens = new Set<number>(catalog.itemTitle)
  tokens.delete(0)
  return {
    advertiser: collisionRate(pairs),
    category: collisionRate(catalog.categories.map((path) => categoryBucket(path, config.categoryBuckets))),
    title: collisionRate([...tokens].map((token) => titleBucket(token, config.titleBuckets))),
  }
}
