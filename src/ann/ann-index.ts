import { dotProducts, rows, type DotProducts } from './dot-products.js'
import { TopK } from './exact.js'
import { scoreEntries } from './recall.js'

/** What a search found: row q holds counts[q] entries, best first, at [q * k ..]; the rest of a row is -1 and NaN. */
export interface TopLists {
  k: number
  counts: Int32Array
  /** [Q * k] */
  entries: Int32Array
  /** [Q * k] dot products */
  scores: Float32Array
}

/** Finds the entries with the highest dot product with a query; of unit vectors, the nearest ones. */
export interface AnnIndex {
  readonly width: number
  /** number of entries */
  readonly size: number
  /** true where the k best are guaranteed */
  isExact(): boolean
  /**
   * The k best entries of every query; queries [Q, width].
   * @throws when a query is not finite or the length is no multiple of the width
   */
  search(queries: Float32Array, k: number): Promise<TopLists>
}

export function emptyLists(queries: number, k: number): TopLists {
  return {
    k,
    counts: new Int32Array(queries),
    entries: new Int32Array(queries * k).fill(-1),
    scores: new Float32Array(queries * k).fill(NaN),
  }
}

/** Scores every entry: slow and right, the reference for an approximate index. */
export class ExactIndex implements AnnIndex {
  readonly size: number
  readonly width: number

  /** @param vectors [entries, width]; kept, not copied @param seed orders equal scores */
  constructor(
    private readonly vectors: Float32Array,
    private readonly products: DotProducts,
    private readonly seed = 0,
  ) {
    this.width = products.width
    this.size = rows(vectors, this.width)
  }

  /** An exact index in plain loops, without an engine: for small catalogs. */
  static async plain(vectors: Float32Array, width: number, seed = 0): Promise<ExactIndex> {
    return new ExactIndex(vectors, await dotProducts(width), seed)
  }

  isExact(): boolean {
    return true
  }

  async search(queries: Float32Array, k: number): Promise<TopLists> {
    const found = emptyLists(rows(queries, this.width), k)
    const top = new TopK(Math.min(k, this.size), this.seed)
    await scoreEntries(this.products, queries, this.vectors, (q, row) => {
      const n = top.select(row)
      found.counts[q] = n
      found.entries.set(top.entries.subarray(0, n), q * k)
      found.scores.set(top.scores.subarray(0, n), q * k)
    })
    return found
  }
}

/**
 * Recall of an index: the share of the exact k best that it returns, over all queries. 1 for a perfect index.
 * @throws when there is no query
 */
export async function measureRecall(
  index: AnnIndex,
  exact: AnnIndex,
  queries: Float32Array,
  k: number,
): Promise<number> {
  const [found, right] = [await index.search(queries, k), await exact.search(queries, k)]
  let [hits, total] = [0, 0]
  for (let q = 0; q < right.counts.length; q++) {
    const mine = new Set(found.entries.subarray(q * k, q * k + found.counts[q]))
    for (const entry of right.entries.subarray(q * k, q * k + right.counts[q])) if (mine.has(entry)) hits++
    total += right.counts[q]
  }
  if (total === 0) throw new Error('measureRecall: no queries')
  return hits / total
}
