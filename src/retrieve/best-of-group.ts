import { queriesAtOnce } from '../ann/dot-products.js'
import type { CatalogData } from '../features/snapshot.js'
import { groupsOf, type Catalog } from '../protocol/catalog.js'
import type { Level, Queries } from '../protocol/queries.js'
import { ExactRecommender, type Recommender } from './recommender.js'

/** The items of each group of another level: an item catalog seen as advertisers or categories. */
export class ItemGroups {
  /** group of every item; items of none share one group more */
  private readonly groups: Int32Array
  /** [groups + 1] */
  private readonly scores: Float32Array
  /** whether there are groups without items */
  private readonly gaps: boolean

  constructor(snapshot: CatalogData, items: Catalog, above: Catalog) {
    const n = above.size
    this.groups = groupsOf(snapshot, items, above).map((g) => (g < 0 ? n : g))
    this.scores = new Float32Array(n + 1)
    this.gaps = new Set(this.groups).size < n + 1
  }

  /** The best item's score for every group [groups]; a group without items shares the lowest score of all. Reused. */
  best(row: Float32Array): Float32Array {
    const { groups, scores, gaps } = this
    scores.fill(-Infinity)
    for (let e = 0; e < row.length; e++) {
      const g = groups[e]
      if (row[e] > scores[g]) scores[g] = row[e]
    }
    if (gaps) {
      const low = row.reduce((a, b) => Math.min(a, b), Infinity)
      for (let g = 0; g < scores.length; g++) if (scores[g] === -Infinity) scores[g] = low
    }
    return scores.subarray(0, scores.length - 1)
  }
}

/** A recommender of items as one of advertisers or categories: an entry scores as its best item does. */
export class BestOfGroup extends ExactRecommender {
  readonly kind
  readonly name: string
  readonly level: Level
  readonly entries: number
  private readonly groups: ItemGroups

  constructor(
    snapshot: CatalogData,
    private readonly items: Recommender,
    catalog: Catalog,
    above: Catalog,
  ) {
    super()
    this.kind = items.kind
    this.name = items.name
    this.level = above.level
    this.entries = above.size
    this.groups = new ItemGroups(snapshot, catalog, above)
  }

  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    const E = this.items.entries
    const step = queriesAtOnce(E)
    const block = new Float32Array(Math.min(step, to - from) * E)
    for (let first = from; first < to; first += step) {
      const last = Math.min(to, first + step)
      await this.items.score(queries, first, last, block)
      for (let q = first; q < last; q++)
        out.set(this.groups.best(block.subarray((q - first) * E, (q - first + 1) * E)), (q - from) * this.entries)
    }
  }
}
