import { dot } from './dot-products.js'
import type { ItemIndex } from './item-index.js'

/** What searching costs on a machine, in milliseconds. */
export interface SearchCost {
  /** of a graph, for the first FEW entries, and for each one more */
  graph: number
  graphPerEntry: number
  /** of an entry that is scored by itself */
  exactPerEntry: number
}

/** Milliseconds of asking a graph for n entries. */
export const graphCost = ({ graph, graphPerEntry }: SearchCost, n: number): number =>
  graph + graphPerEntry * Math.max(0, n - FEW)

/** Milliseconds of scoring n entries. */
export const exactCost = ({ exactPerEntry }: SearchCost, n: number): number => exactPerEntry * n

const QUERIES = 8
const FEW = 64
const MANY = 1024
const ROWS = 16_384

/**
 * Measures both ways of searching: a graph for few and for many entries, with a straight line through the two, and rows
 * scored one by one. A filter that leaves few entries makes the second cheaper; where, depends on the machine.
 * @param vectors [entries, width]
 */
export async function measureSearchCost(index: ItemIndex, vectors: Float32Array, width: number): Promise<SearchCost> {
  const entries = vectors.length / width
  const step = Math.max(1, Math.floor(entries / QUERIES))
  const queries = Array.from({ length: Math.min(QUERIES, entries) }, (_, i) =>
    vectors.subarray(i * step * width, (i * step + 1) * width),
  )
  const many = Math.min(MANY, entries)
  const few = Math.min(FEW, many)
  const [a, b] = [await median(queries, (q) => index.find(q, few)), await median(queries, (q) => index.find(q, many))]
  const graphPerEntry = many > few ? Math.max(0, b - a) / (many - few) : 0
  const rows = Math.min(ROWS, entries)
  let sum = 0
  const exact = await median(queries, (q) => {
    for (let e = 0; e < rows; e++) sum += dot(vectors, e * width, q, width)
  })
  if (Number.isNaN(sum)) throw new Error('a vector is not finite')
  return { graph: a, graphPerEntry, exactPerEntry: exact / rows }
}

/** The second run of each counts: the first warms code and caches. */
async function median(queries: readonly Float32Array[], search: (query: Float32Array) => unknown): Promise<number> {
  const times: number[] = []
  for (const query of queries) {
    await search(query)
    const started = performance.now()
    await search(query)
    times.push(performance.now() - started)
  }
  return times.sort((x, y) => x - y)[times.length >> 1]
}
