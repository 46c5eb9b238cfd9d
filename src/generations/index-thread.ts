import { dotProducts } from '../ann/dot-products.js'
import { HnswIndex, type HnswOptions, type IndexFile } from '../ann/hnsw.js'
import { scoreEntries } from '../ann/recall.js'
import { TopK } from '../ann/exact.js'
import { NEAR, measureSearchCost, type SearchCost } from '../ann/search-cost.js'
import { serveThread, type Call } from '../core/thread.js'
import { ItemIndex, graphRows, type ItemVectors } from '../ann/item-index.js'

/** An index to build, save and measure. */
export interface IndexTask extends ItemVectors {
  /** where the index file goes */
  path: string
  /** [queries, width] user vectors to measure the recall with; may be empty */
  queries: Float32Array
  options: HnswOptions
  /** the recall that is asked of the graph */
  wanted: number
}

export interface IndexTaskResult {
  file: IndexFile
  /** building alone */
  seconds: number
  /** candidates looked at in a search: more than asked for where the recall needed it */
  expansionSearch: number
  /** exact: the graph does not reach the recall, whatever is looked at */
  search: 'graph' | 'exact'
  /** of the graph */
  recall: { at: number; queries: number; recall: number } | null
  cost: SearchCost
}

/** How much wider a search may become. */
const WIDEST = 8
/** A filtered search looks far down: so far its recall is measured, for these multiples of what is used. */
const DEPTH = 1000
const SLACKS = [1, 1.5, 2, 3, 4, 6, 8, 12]

const methods = {
  /** Builds and saves the graph, and widens its search until it finds what exact search does. Emits entries added. */
  async build(task: IndexTask, { emit, signal }: Call): Promise<IndexTaskResult> {
    const { path, width, queries, options, wanted } = task
    const started = performance.now()
    const { rows, width: wide } = graphRows(task)
    const graph = await HnswIndex.build(rows.vectors, wide, options, (done) => {
      signal.throwIfAborted()
      emit(done)
    })
    const seconds = (performance.now() - started) / 1000
    const file = await graph.save(path)
    const at = Math.min(NEAR, task.bonus.length)
    const open = (index: HnswIndex): ItemIndex => new ItemIndex(index, width, rows)
    const done = async (
      index: HnswIndex,
      search: 'graph' | 'exact',
      recall?: number,
      slack?: number | null,
    ): Promise<IndexTaskResult> => ({
      file,
      seconds,
      search,
      expansionSearch: index.options.expansionSearch,
      recall: recall === undefined ? null : { at, queries: queries.length / width, recall },
      cost: { ...(await measureSearchCost(open(index), task.vectors, width)), slack },
    })
    if (queries.length === 0) return done(graph, 'graph')
    const deep = Math.min(DEPTH, task.bonus.length)
    const [best, deepBest] = await leastOfBest(task, [at, deep])
    for (let index = graph; ;) {
      const recall = await recallOf(open(index), task, best, at, at)
      if (recall >= wanted) return done(index, 'graph', recall, await slackFor(open(index), task, deepBest, deep))
      const { expansionSearch } = index.options
      if (expansionSearch >= WIDEST * options.expansionSearch) return done(index, 'exact', recall)
      signal.throwIfAborted()
      index = await HnswIndex.load(path, file, expansionSearch * 2)
    }
  },
}

/** The score of the at-th best item for every query, by exact search, for each of `ats`. */
async function leastOfBest({ vectors, width, bonus, queries }: IndexTask, ats: number[]): Promise<Float32Array[]> {
  const top = new TopK(Math.max(...ats), 0)
  const least = ats.map(() => new Float32Array(queries.length / width))
  await scoreEntries(await dotProducts(width), queries, vectors, (q, row) => {
    for (let e = 0; e < row.length; e++) row[e] += bonus[e]
    top.select(row)
    ats.forEach((at, i) => (least[i][q] = top.scores[at - 1]))
  })
  return least
}

/**
 * The share of the `at` best items that are among the `asked` that the index finds: those that score no less than the
 * last of the exact ones. Of equal ones any will do.
 */
async function recallOf(
  index: ItemIndex,
  { vectors, width, bonus, queries }: IndexTask,
  least: Float32Array,
  at: number,
  asked: number,
): Promise<number> {
  let hits = 0
  for (let q = 0; q < least.length; q++) {
    const user = queries.subarray(q * width, (q + 1) * width)
    let good = 0
    for (const item of await index.find(user, asked)) {
      let s = 0
      for (let i = 0; i < width; i++) s += vectors[item * width + i] * user[i]
      if (Math.fround(Math.fround(s) + bonus[item]) >= least[q]) good++
    }
    hits += Math.min(at, good)
  }
  return hits / (least.length * at)
}

/** The least multiple of what is used that must be asked for, for the recall wanted: null where none is enough. */
async function slackFor(index: ItemIndex, task: IndexTask, least: Float32Array, depth: number): Promise<number | null> {
  for (const slack of SLACKS) {
    const asked = Math.min(task.bonus.length, Math.ceil(slack * depth))
    if ((await recallOf(index, task, least, depth, asked)) >= task.wanted) return slack
  }
  return null
}

export type IndexThread = typeof methods
serveThread(methods)
