import { queriesAtOnce, rows, type DotProducts } from './dot-products.js'
import { RankCounter } from './exact.js'

/** What is to be found in one row of scores. */
export interface Found {
  /** entry of every positive; -1 = outside the catalog, a miss. Repeats count. */
  positives: Int32Array
  /** distinct entries that are left out of the ranking, positives among them: the user's own history, for instance */
  without?: Int32Array
}

/**
 * Recall over positives at each K by exact ranking of all entries, row by row: for the validation inside training; the
 * full protocol is evaluate's.
 */
export class RecallCounter {
  /** positives so far */
  positives = 0
  private readonly hits: number[]
  private readonly counter: RankCounter

  constructor(private readonly ks: readonly number[]) {
    this.hits = ks.map(() => 0)
    this.counter = new RankCounter(Math.max(...ks))
  }

  /** @param row the score of every entry @throws when one is not finite */
  count(row: Float32Array, { positives, without }: Found): void {
    if (positives.length === 0) return
    const [ranks, ranksWithout] = [new Float64Array(positives.length), new Float64Array(positives.length)]
    this.counter.count(row, positives, ranks, without, ranksWithout)
    for (const rank of without ? ranksWithout : ranks) this.ks.forEach((k, i) => (this.hits[i] += rank <= k ? 1 : 0))
    this.positives += positives.length
  }

  /** {"10": hits / positives, ...} @throws before there is a positive */
  recall(): Record<string, number> {
    if (this.positives === 0) throw new Error('recall of no positives')
    return Object.fromEntries(this.ks.map((k, i) => [String(k), this.hits[i] / this.positives]))
  }
}

/** Calls `each` with the full score row of every query; the row is reused. */
export async function scoreEntries(
  products: DotProducts,
  queries: Float32Array,
  entries: Float32Array,
  each: (query: number, row: Float32Array) => void,
): Promise<void> {
  const [Q, E] = [rows(queries, products.width), rows(entries, products.width)]
  const step = queriesAtOnce(E)
  const block = new Float32Array(Math.min(step, Q) * E)
  for (let from = 0; from < Q; from += step) {
    const to = Math.min(Q, from + step)
    await products.score(queries.subarray(from * products.width, to * products.width), entries, block)
    for (let q = from; q < to; q++) each(q, block.subarray((q - from) * E, (q - from + 1) * E))
  }
}
