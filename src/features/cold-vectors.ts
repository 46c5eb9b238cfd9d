import { CATEGORY_LEVELS, TITLE_TOKENS } from './snapshot.js'
import type { CatalogData } from './snapshot.js'

/**
 * Vectors of items without edges, written over the rows where warm is 0: the sum of up to three unit vectors, brought
 * to unit length:
 *
 * - category: the mean of the warm items of its deepest category level that has any;
 * - advertiser: the mean of the advertiser's warm items;
 * - title: the sum over its tokens of the mean of the warm items with that token, weighted log(1 + warm / n(token)).
 *
 * Zeros where nothing is known. Depends on the warm vectors and the catalog alone, so that an item added after a
 * training gets its vector from that training's table.
 *
 * @param vectors [items, width] @param warm [items]
 */
export function fillColdVectors(catalog: CatalogData, vectors: Float32Array, warm: Uint8Array, width: number): void {
  const { items } = catalog
  if (!warm.includes(0)) return
  const category = new GroupMeans(vectors, width)
  const advertiser = new GroupMeans(vectors, width)
  const token = new GroupMeans(vectors, width)
  let warmItems = 0
  for (let i = 0; i < items; i++) {
    if (warm[i] === 0) continue
    warmItems++
    for (let l = 0; l < CATEGORY_LEVELS; l++) category.add(catalog.itemCategory[i * CATEGORY_LEVELS + l], i)
    advertiser.add(catalog.itemAdvertiser[i], i)
    for (let k = 0; k < TITLE_TOKENS; k++) token.add(catalog.itemTitle[i * TITLE_TOKENS + k] || -1, i)
  }
  const sum = new Float64Array(width)
  const part = new Float64Array(width)
  for (let i = 0; i < items; i++) {
    if (warm[i] === 1) continue
    sum.fill(0)
    for (let l = CATEGORY_LEVELS - 1; l >= 0; l--) {
      part.fill(0)
      if (!category.addMean(catalog.itemCategory[i * CATEGORY_LEVELS + l], part, () => 1)) continue
      addUnit(part, sum)
      break
    }
    part.fill(0)
    if (advertiser.addMean(catalog.itemAdvertiser[i], part, () => 1)) addUnit(part, sum)
    part.fill(0)
    for (let k = 0; k < TITLE_TOKENS; k++)
      token.addMean(catalog.itemTitle[i * TITLE_TOKENS + k] || -1, part, (n) => Math.log1p(warmItems / n))
    addUnit(part, sum)
    part.fill(0)
    addUnit(sum, part)
    vectors.set(part, i * width)
  }
}

/** Mean vectors of groups of items, by any key; -1 is no group. */
class GroupMeans {
  private readonly slot = new Map<number, number>()
  private readonly counts: number[] = []
  private readonly sums: Float64Array[] = []

  constructor(
    private readonly vectors: Float32Array,
    private readonly width: number,
  ) {}

  add(key: number, item: number): void {
    if (key === -1) return
    let at = this.slot.get(key)
    if (at === undefined) {
      at = this.counts.push(0) - 1
      this.slot.set(key, at)
      this.sums.push(new Float64Array(this.width))
    }
    this.counts[at]++
    const sum = this.sums[at]
    for (let c = 0; c < this.width; c++) sum[c] += this.vectors[item * this.width + c]
  }

  /** Adds weight(n) times the group's mean to `out`. @returns whether the group has members */
  addMean(key: number, out: Float64Array, weight: (n: number) => number): boolean {
    const at = this.slot.get(key)
    if (at === undefined) return false
    const n = this.counts[at]
    const factor = weight(n) / n
    for (let c = 0; c < this.width; c++) out[c] += factor * this.sums[at][c]
    return true
  }
}

/** Adds x at unit length to `out`; nothing when it is zero. */
function addUnit(x: Float64Array, out: Float64Array): void {
  let norm = 0
  for (const v of x) norm += v * v
  if (norm < 1e-20) return
  const factor = 1 / Math.sqrt(norm)
  for (let c = 0; c < x.length; c++) out[c] += factor * x[c]
}
