import { RankCounter, TopK } from '../ann/exact.js'
import { plainDotProducts } from '../ann/dot-products.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'

/** Equal scores come in the order in which a recommender lists them where no seed is given. */
const TIE_SEED = 0

/** All entries of a catalog in the order that one query gives them. Entries are told by their index in the snapshot. */
export class Ranking {
  private readonly counter = new RankCounter()

  /** @param scores [catalog.size] finite, higher is better */
  constructor(
    private readonly scores: Float32Array,
    private readonly catalog: Catalog,
  ) {}

  /** What a recommender makes of the only one of some queries. */
  static async by(recommender: Recommender, catalog: Catalog, queries: Queries): Promise<Ranking> {
    const scores = new Float32Array(catalog.size)
    await recommender.score(queries, 0, 1, scores)
    return new Ranking(scores, catalog)
  }

  /** Cosines of one unit vector with those of the catalog's entries [catalog.size, width]. */
  static near(vector: Float32Array, vectors: Float32Array, catalog: Catalog): Ranking {
    const scores = new Float32Array(catalog.size)
    plainDotProducts(vector.length, vector, vectors, scores, catalog.size)
    return new Ranking(scores, catalog)
  }

  /** The k best, best first; `without` (an index of the snapshot) is never among them. */
  top(k: number, without = -1): Listed[] {
    const best = new TopK(Math.min(k + 1, this.scores.length), TIE_SEED)
    const n = best.select(this.scores)
    const out: Listed[] = []
    for (let i = 0; i < n && out.length < k; i++) {
      const id = this.catalog.ids[best.entries[i]]
      if (id !== without) out.push({ id, rank: out.length + 1, score: best.scores[i] })
    }
    return out
  }

  /** Ranks (1 is best, ties count half, rounded up to whole places); null for what the catalog does not have, or -1. */
  ranks(ids: readonly number[]): (number | null)[] {
    const entries = Int32Array.from(ids, (id) => (id < 0 ? -1 : this.catalog.entryOf[id]))
    const ranks = new Float64Array(ids.length)
    this.counter.count(this.scores, entries, ranks)
    return Array.from(ranks, (rank) => (Number.isFinite(rank) ? Math.ceil(rank) : null))
  }
}

export interface Listed {
  /** index in the snapshot */
  id: number
  rank: number
  score: number
}

/** The k best of a recommender for the only one of some queries, as it lists them: by its index, where it has one. */
export async function listed(
  recommender: Recommender,
  catalog: Catalog,
  queries: Queries,
  k: number,
): Promise<Listed[]> {
  const { counts, entries, scores } = await recommender.list(queries, k)
  return Array.from({ length: counts[0] }, (_, i) => ({ id: catalog.ids[entries[i]], rank: i + 1, score: scores[i] }))
}
