import { queriesAtOnce, rows, type DotProducts } from './dot-products.js'
import { RankCounter } from './exact.js'

export interface RecallInput {
  /** [Q, width] query vectors */
  queries: Float32Array
  /** [E, width] entry vectors */
  entries: Float32Array
  /** positives of query q are positives[offsets[q] .. offsets[q + 1]] */
  offsets: ArrayLike<number>
  /** entry (row of `entries`) of every positive; -1 = outside the catalog, a miss. Repeats count. */
  positives: Int32Array
  ks: readonly number[]
}

/**
 * Recall over positives at each K by exact ranking of all entries: {"10": hits / positives, ...}. For the validation
 * inside training; the full protocol is evaluate's.
 * @throws when there is no positive, or a score is not finite
 */
export async function recallAtK(input: RecallInput, products: DotProducts): Promise<Record<string, number>> {
  const { queries, entries, offsets, positives, ks } = input
  const Q = rows(queries, products.width)
  if (positives.length === 0) throw new Error('recallAtK: no positives')
  const hits = ks.map(() => 0)
  const counter = new RankCounter(Math.max(...ks))
  const ranks = new Float64Array(positives.length)
  await scoreEntries(
    products,
    queries,
    entries,
    (q, row) => {
      const own = positives.subarray(offsets[q], offsets[q + 1])
      counter.count(row, own, ranks)
      for (let p = 0; p < own.length; p++) ks.forEach((k, i) => (hits[i] += ranks[p] <= k ? 1 : 0))
    },
    (q) => offsets[q + 1] > offsets[q],
  )
  if (Q + 1 !== offsets.length) throw new Error(`recallAtK: ${offsets.length} offsets for ${Q} queries`)
  return Object.fromEntries(ks.map((k, i) => [String(k), hits[i] / positives.length]))
}

/** Calls `each` with the full score row of every query for which `wanted` is true; the row is reused. */
export async function scoreEntries(
  products: DotProducts,
  queries: Float32Array,
  entries: Float32Array,
  each: (query: number, row: Float32Array) => void,
  wanted: (query: number) => boolean = () => true,
): Promise<void> {
  const [Q, E] = [rows(queries, products.width), rows(entries, products.width)]
  const step = queriesAtOnce(E)
  const block = new Float32Array(Math.min(step, Q) * E)
  for (let from = 0; from < Q; from += step) {
    const to = Math.min(Q, from + step)
    await products.score(queries.subarray(from * products.width, to * products.width), entries, block)
    for (let q = from; q < to; q++) if (wanted(q)) each(q, block.subarray((q - from) * E, (q - from + 1) * E))
  }
}
