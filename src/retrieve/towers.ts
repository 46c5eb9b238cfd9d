import { rows, type DotProducts } from '../ann/dot-products.js'
import type { RequestContext } from '../features/context.js'
import type { Level, Queries } from '../protocol/queries.js'
import type { Temperatures } from '../runs/encoder.js'
import { ExactRecommender } from './recommender.js'

/** The two towers of a model, as a recommender needs them. */
export interface Towers {
  /** unit vectors [Q, width] of histories, in their contexts where they have any */
  encodeUsers(queries: Queries): Promise<Float32Array>
  /** user vectors [Q, width] in the contexts of Q requests: @throws UserError where the model takes none in */
  inContext?(vectors: Float32Array, contexts: readonly (RequestContext | undefined)[]): Promise<Float32Array>
  /** what cosines are divided by, without a context and in one: @throws UserError where the model takes none in */
  temperatures?(): Promise<Temperatures>
  /** unit vectors [ids.length, width] of items or advertisers, popularity as of `asOf` (unix seconds) */
  encodeEntries(ids: Int32Array, asOf: number): Promise<Float32Array>
}

/** A two-tower model: plain cosine of unit vectors, without any correction. */
export class TowerRecommender extends ExactRecommender {
  readonly kind = 'model'
  readonly entries
  /** user vectors of the queries that were asked about last */
  private encoded: { queries: Queries; vectors: Promise<Float32Array> } | undefined

  /** @param entryVectors [entries, width] of the catalog's entries */
  constructor(
    readonly name: string,
    readonly level: Level,
    private readonly towers: Pick<Towers, 'encodeUsers'>,
    private readonly entryVectors: Float32Array,
    private readonly products: DotProducts,
  ) {
    super()
    this.entries = rows(entryVectors, products.width)
  }

  /** User vectors [Q, width], encoded when they are first asked for and kept for the queries asked about last. */
  vectors(queries: Queries): Promise<Float32Array> {
    if (this.encoded?.queries !== queries) this.encoded = { queries, vectors: this.towers.encodeUsers(queries) }
    return this.encoded.vectors
  }

  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    const { width } = this.products
    const vectors = await this.vectors(queries)
    if (rows(vectors, width) !== queries.users.length) throw new Error(`${this.name}: a query has no vector`)
    await this.products.score(vectors.subarray(from * width, to * width), this.entryVectors, out)
  }
}
