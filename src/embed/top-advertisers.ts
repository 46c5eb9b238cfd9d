import type { DotProducts } from '../ann/dot-products.js'
import { TopK } from '../ann/exact.js'
import { scoreRows } from '../ann/recall.js'

/**
 * Ranks all advertisers for blocks of users by exact cosine (unit vectors on both sides).
 * Equal scores are ordered by a seeded hash of the advertiser, so that no id is favoured.
 */
export class TopAdvertisers {
  /** candidates a user: k, or all advertisers where there are fewer */
  readonly k: number

  /** @param vectors [advertisers, d] */
  constructor(
    private readonly vectors: Float32Array,
    private readonly products: DotProducts,
    k: number,
    private readonly seed: number,
  ) {
    this.k = Math.min(k, vectors.length / products.width)
  }

  /** @param users [n, d] @returns store ids (index + 1) and cosines, both [n, k], best first */
  async rank(users: Float32Array): Promise<{ ids: Int32Array; scores: Float32Array }> {
    const n = users.length / this.products.width
    const ids = new Int32Array(n * this.k)
    const scores = new Float32Array(n * this.k)
    const top = new TopK(this.k, this.seed)
    await scoreRows(this.products, users, this.vectors, (user, row) => {
      top.select(row)
      for (let i = 0; i < this.k; i++) {
        ids[user * this.k + i] = top.entries[i] + 1
        scores[user * this.k + i] = top.scores[i]
      }
    })
    return { ids, scores }
  }
}
