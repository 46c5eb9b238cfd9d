/** A set of users and the moment their histories end, as rows of the history snapshot. */
export interface Queries {
  /** user index of every query */
  users: Int32Array
  /** end (exclusive) of the query's history in the snapshot's event arrays */
  ends: Int32Array
}

export type Level = 'item' | 'advertiser' | 'category'

/**
 * Scores catalog entries for users. Every source of candidates is one: towers, popularity, own repeats,
 * co-visitation. Evaluation scores them, serving blends them.
 */
export interface Retriever {
  /** as printed in tables: "transformer", "popularity 30 days", "own repeats" ... */
  readonly name: string
  readonly kind: 'model' | 'hybrid' | 'baseline'
  readonly level: Level
  /** number of entries of the catalog that are scored */
  readonly entries: number
  /**
   * Scores queries [from, to) against every entry, into `out` row by row: out[(q - from) * entries + e]. Higher is
   * better; only the order within a row counts. Every score is finite.
   */
  score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> | void
}
