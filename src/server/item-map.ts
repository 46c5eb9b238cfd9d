import { Rng } from '../core/rng.js'
import { principalAxes, project } from '../features/principal-axes.js'
import type { ItemRecord } from '../store/catalog.js'

/** Items that a map shows at most. */
export const MAPPED = 20_000

/** Items of a generation on two axes. */
export interface ItemMap {
  /** [items, 2] places of all items: x and y */
  places: Float32Array
  /** share of the variance of the vectors along each axis, over the items shown */
  shares: [number, number]
  /** items (indices) that are shown, in an order of chance: the first n of them are a sample, too */
  shown: Int32Array
  /** of the items shown */
  names: { item: string; title: string | null; category: string | null }[]
}

/**
 * Lays the vectors of items out on their two principal axes. The axes are those of the items that are shown, a sample
 * where there are more than `MAPPED`; the same vectors give the same map.
 * @param vectors [items, width] @param itemOf the item of a store id
 */
export function itemMap(
  { vectors, width }: { vectors: Float32Array; width: number },
  itemOf: (id: number) => ItemRecord | undefined,
): ItemMap {
  const items = vectors.length / width
  const order = new Rng(1, 0x3a9).shuffle(Int32Array.from({ length: items }, (_, i) => i))
  const shown = order.slice(0, MAPPED)
  const axes = principalAxes(vectors, width, shown)
  return {
    places: project(vectors, axes),
    shares: axes.shares,
    shown,
    names: Array.from(shown, (index) => {
      const item = itemOf(index + 1)
      if (!item) throw new Error(`The generation holds item ${index + 1}, the store does not.`)
      return { item: item.externalId, title: item.title ?? null, category: topCategory(item.category) }
    }),
  }
}

/** "GROCERY" of "GROCERY/FROZEN" */
export const topCategory = (path: string | undefined): string | null => path?.split('/')[0] || null
