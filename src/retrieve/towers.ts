import { rows, type DotProducts } from '../ann/dot-products.js'
import type { Level, Queries, Retriever } from './types.js'

export interface TowerVectors {
  /** the queries the vectors were encoded for */
  queries: Queries
  /** [Q, width] user vectors, a row a query */
  queryVectors: Float32Array
  /** [entries, width] vectors of the catalog's entries */
  entryVectors: Float32Array
}

/** A two-tower model: plain cosine of unit vectors, without any correction. */
export class TowerRetriever implements Retriever {
  readonly kind = 'model'
  readonly entries

  constructor(
    readonly name: string,
    readonly level: Level,
    private readonly vectors: TowerVectors,
    private readonly products: DotProducts,
  ) {
    this.entries = rows(vectors.entryVectors, products.width)
    if (rows(vectors.queryVectors, products.width) !== vectors.queries.users.length)
      throw new Error(`${name}: a query has no vector`)
  }

  /** The same entries for other queries. @param queryVectors [Q, width] */
  forQueries(queries: Queries, queryVectors: Float32Array): TowerRetriever {
    return new TowerRetriever(
      this.name,
      this.level,
      { queries, queryVectors, entryVectors: this.vectors.entryVectors },
      this.products,
    )
  }

  /** @throws when asked about other queries than those its vectors are for */
  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    if (queries !== this.vectors.queries) throw new Error(`${this.name} was encoded for other queries`)
    const { width } = this.products
    await this.products.score(
      this.vectors.queryVectors.subarray(from * width, to * width),
      this.vectors.entryVectors,
      out,
    )
  }
}
