import { CATEGORY_LEVELS, TITLE_TOKENS, type CatalogData } from '../features/snapshot.js'
import type { Generation } from './open.js'

/**
 * The catalog as a generation knows it: items, advertisers and categories that came later are not there.
 * @param catalog of the workspace, the same or later
 */
export function catalogOfGeneration(catalog: CatalogData, { items, advertisers, tables }: Generation): CatalogData {
  const n = items.entries
  const sellers = tables?.advertisers.ever.length ?? advertisers?.entries ?? catalog.advertisers
  const paths = tables?.categories.length ?? catalog.categories.length
  const upTo = (limit: number) => (index: number) => (index < limit ? index : -1)
  return {
    ...catalog,
    items: n,
    advertisers: sellers,
    categories: catalog.categories.slice(0, paths),
    itemAdvertiser: catalog.itemAdvertiser.subarray(0, n).map(upTo(sellers)),
    itemCategory: catalog.itemCategory.subarray(0, n * CATEGORY_LEVELS).map(upTo(paths)),
    itemPrice: catalog.itemPrice.subarray(0, n),
    itemTitle: catalog.itemTitle.subarray(0, n * TITLE_TOKENS),
    itemFirstSeen: catalog.itemFirstSeen.subarray(0, n),
    advertiserFirstSeen: catalog.advertiserFirstSeen.subarray(0, sellers),
  }
}
