import { median } from '../core/median.js'
import { dot } from './dot-products.js'
import type { ItemIndex } from './item-index.js'
import { TopK } from './top-k.js'

/** What searching costs on a machine, in milliseconds. */
export interface SearchCost {
  /** of a graph, for the first FEW entries, and for each one more */
  graph: number
  graphPerEntry: number
  /** of an entry that is scored by itself */
  exactPerEntry: number
  /**
   * how many times more than n a graph is asked for, that the n best are among what it finds, for an n far below the
   * first; null: it does not get there; absent where it was not measured, as in an index of an older adseq
   */
  slack?: number | null
}

/** So far down a graph's recall is that of its index: what is published was measured there. */
export const NEAR = 100
const UNMEASURED = 8

/** How many times more a graph must be asked for than the n that is used of it. */
export function slackOf({ slack = UNMEASURED }: SearchCost, n: number): number {
  return n <= NEAR ? 1 : (slack ?? Infinity)
}

/** Milliseconds of asking a graph for n entries. */
export const graphCost = ({ graph, graphPerEntry }: SearchCost, n: number): number =>
  graph + graphPerEntry * Math.max(0, n - FEW)

/** Milliseconds of scoring n entries. */
export const exactCost = ({ exactPerEntry }: SearchCost, n: number): number => exactPerEntry * n

const QUERIES = 24
const FEW = 64
const MANY = 1024
const ROWS = 16_384
const BEST = 100

/**
 * Measures both ways of searching: a graph for few and for many entries, with a straight line through the two, and rows
 * from all over that are scored one by one, the best of them kept. A filter that leaves few entries makes the second
 * cheaper; where, depends on the machine and on how much of the vectors its caches hold.
 * @param vectors [entries, width]
 */
export async function measureSearchCost(index: ItemIndex, vectors: Float32Array, width: number): Promise<SearchCost> {
  const entries = vectors.length / width
  const queries = spread(entries, QUERIES).map((e) => vectors.subarray(e * width, (e + 1) * width))
  const many = Math.min(MANY, entries)
  const few = Math.min(FEW, many)
  const [a, b] = [await cost(queries, (q) => index.find(q, few)), await cost(queries, (q) => index.find(q, many))]
  const graphPerEntry = many > few ? Math.max(0, b - a) / (many - few) : 0
  const rows = Int32Array.from(spread(entries, ROWS))
  const scores = new Float32Array(rows.length)
  const top = new TopK(Math.min(BEST, rows.length), 0)
  const exact = await cost(queries, (q) => {
    for (let i = 0; i < rows.length; i++) scores[i] = dot(vectors, rows[i] * width, q, width)
    top.selectOf(rows, scores)
  })
  return { graph: a, graphPerEntry, exactPerEntry: exact / rows.length }
}

/** Up to n indices below `entries`, evenly spread. */
const spread = (entries: number, n: number): number[] =>
  Array.from({ length: Math.min(n, entries) }, (_, i) => Math.floor((i * entries) / Math.min(n, entries)))

/**
 * Median milliseconds of a search. The first queries warm the code and do not count; each of the others is asked once,
 * as a user is: what it looks at is not in the caches from a search just like it.
 */
async function cost(queries: readonly Float32Array[], search: (query: Float32Array) => unknown): Promise<number> {
  const times: number[] = []
  for (const query of queries) {
    const started = performance.now()
    await search(query)
    times.push(performance.now() - started)
  }
  return median(times.slice(times.length >> 2))!
}
