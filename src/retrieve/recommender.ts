import type { TopLists } from '../ann/ann-index.js'
import { emptyLists } from '../ann/ann-index.js'
import { queriesAtOnce } from '../ann/dot-products.js'
import { TopK } from '../ann/exact.js'
import type { Level, Queries } from '../protocol/queries.js'

/** Some of a catalog's entries: those with an ad that may be shown, for instance. */
export interface EntrySet {
  /** ascending */
  ids: Int32Array
  /** [entries] 1: not one of them */
  outside: Uint8Array
}

/** How a list was found. */
export interface Searched {
  /** entries that were looked at */
  searched: number
  /** whether the k best are guaranteed */
  exact: boolean
}

export interface ListOptions {
  /** entries of a query that are not to be listed, distinct: what the user has already, for instance */
  without?: (query: number) => ArrayLike<number>
  /** the entries that may be listed, where not all may: k of them are found where there are so many */
  only?: EntrySet
  /** told of every query how its list was found */
  onSearch?: (query: number, searched: Searched) => void
  /** orders entries of equal score */
  seed?: number
}

/**
 * Recommends entries of one catalog to users. Everything that can is one: towers, popularity, own repeats, nearest
 * users, blends of them, a published generation. What evaluation judges is what is served, inspected and compared.
 * To add one: a file with a class, and a line in baselines.ts.
 */
export interface Recommender {
  /** as printed in tables: "transformer", "popularity, 30 days", "own repeats" ... */
  readonly name: string
  readonly kind: 'model' | 'hybrid' | 'baseline' | 'funnel' | 'ceiling'
  readonly level: Level
  /** number of entries of the catalog that are scored */
  readonly entries: number
  /**
   * Scores queries [from, to) against every entry, into `out` row by row: out[(q - from) * entries + e]. Higher is
   * better; only the order within a row counts. Every score is finite.
   */
  score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> | void
  /** The k best entries of every query, best first. */
  list(queries: Queries, k: number, options?: ListOptions): Promise<TopLists>
  /** whether `list` gives the k best by `score`, or nearly so by an index */
  isExact(): boolean
}

/** A recommender that lists by scoring every entry. */
export abstract class ExactRecommender implements Recommender {
  abstract readonly name: string
  abstract readonly kind: Recommender['kind']
  abstract readonly level: Level
  abstract readonly entries: number

  abstract score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> | void

  isExact(): boolean {
    return true
  }

  async list(queries: Queries, k: number, options: ListOptions = {}): Promise<TopLists> {
    const { without, only, seed = 0, onSearch } = options
    const lists = emptyLists(queries.users.length, k)
    const top = new TopK(Math.min(k, this.entries), seed)
    const skip = (without ?? only) && new Uint8Array(this.entries)
    await scoreRows(this, queries, (q, row) => {
      if (only) skip!.set(only.outside)
      else skip?.fill(0)
      const own = without?.(q) ?? []
      for (let i = 0; i < own.length; i++) skip![own[i]] = 1
      const n = top.select(row, skip)
      onSearch?.(q, { searched: this.entries, exact: true })
      lists.counts[q] = n
      lists.entries.set(top.entries.subarray(0, n), q * k)
      lists.scores.set(top.scores.subarray(0, n), q * k)
    })
    return lists
  }
}

/**
 * Calls `each` with the score row of every query; the row is reused and may be changed.
 * @param onProgress queries done so far
 */
export async function scoreRows(
  recommender: Pick<Recommender, 'score' | 'entries'>,
  queries: Queries,
  each: (query: number, row: Float32Array) => void,
  onProgress: (queries: number) => void = () => {},
): Promise<void> {
  const Q = queries.users.length
  const E = recommender.entries
  const step = queriesAtOnce(E)
  const block = new Float32Array(Math.min(step, Q) * E)
  for (let from = 0; from < Q; from += step) {
    const to = Math.min(Q, from + step)
    await recommender.score(queries, from, to, block)
    for (let q = from; q < to; q++) each(q, block.subarray((q - from) * E, (q - from + 1) * E))
    onProgress(to)
  }
}
