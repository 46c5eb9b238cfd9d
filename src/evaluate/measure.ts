import { queriesAtOnce } from '../ann/dot-products.js'
import { RankCounter, TopK } from '../ann/exact.js'
import type { Snapshot } from '../features/snapshot.js'
import { ItemGroups } from '../retrieve/best-of-group.js'
import type { Level, Retriever } from '../retrieve/types.js'
import { COVERAGE_AT, MetricsCounter, RECALL_AT, type Metrics, type PerUser } from './metrics.js'
import type { EvaluationSet, LevelSet } from './protocol.js'

export interface Measured {
  level: Level
  metrics: Metrics
  perUser: PerUser
}

/**
 * Ranks every positive and lists the top results of every query, at the retriever's own level and, for an item
 * retriever, also at the levels in `above`: there an entry scores as its best item does.
 * @param onList called with the results of every query at the retriever's own level, best first; the list is reused
 * @throws when a score is not finite
 */
export async function measure(
  snapshot: Snapshot,
  set: EvaluationSet,
  retriever: Retriever,
  above: readonly Level[],
  bootstrap: { samples: number; seed: number },
  onProgress: (queries: number) => void = () => {},
  onList: (query: number, list: Int32Array) => void = () => {},
): Promise<Measured[]> {
  const own = new LevelMeter(set, retriever.level)
  const E = retriever.entries
  if (E !== own.set.catalog.size)
    throw new Error(`${retriever.name} scores ${E} entries, the index has ${own.set.catalog.size}`)
  const grouped = above.map((level) => ({
    meter: new LevelMeter(set, level),
    groups: new ItemGroups(snapshot, own.set.catalog, levelOf(set, level).catalog),
  }))
  await forEachRow(
    set,
    retriever,
    (q, row) => {
      const list = own.row(q, row)
      if (list) onList(q, list)
      for (const { meter, groups } of grouped) meter.row(q, groups.best(row))
    },
    onProgress,
  )
  return [own, ...grouped.map(({ meter }) => meter)].map(({ level, counter }) => ({
    level,
    metrics: counter.metrics(bootstrap),
    perUser: counter.perUser(),
  }))
}

/** Calls `each` with the score row of every query; the row is reused and may be changed. */
export async function forEachRow(
  set: EvaluationSet,
  retriever: Retriever,
  each: (query: number, row: Float32Array) => void,
  onProgress: (queries: number) => void = () => {},
): Promise<void> {
  const Q = set.queries.users.length
  const E = retriever.entries
  const step = queriesAtOnce(E)
  const block = new Float32Array(Math.min(step, Q) * E)
  for (let from = 0; from < Q; from += step) {
    const to = Math.min(Q, from + step)
    await retriever.score(set.queries, from, to, block)
    for (let q = from; q < to; q++) each(q, block.subarray((q - from) * E, (q - from + 1) * E))
    onProgress(to)
  }
}

export function levelOf(set: EvaluationSet, level: Level): LevelSet {
  const found = set.levels[level]
  if (!found) throw new Error(`the evaluation has no ${level} level`)
  return found
}

class LevelMeter {
  readonly set: LevelSet
  readonly counter: MetricsCounter
  private readonly ranks: Float64Array
  private readonly ranksNew: Float64Array
  private readonly ranker = new RankCounter(Math.max(...RECALL_AT))
  private readonly top: TopK
  private readonly skip: Uint8Array | undefined

  constructor(
    evaluation: EvaluationSet,
    readonly level: Level,
  ) {
    this.set = levelOf(evaluation, level)
    const { catalog, offsets } = this.set
    const masked = evaluation.protocol.history === 'masked'
    this.counter = new MetricsCounter(this.set, masked)
    let most = 0
    for (let q = 0; q + 1 < offsets.length; q++) most = Math.max(most, offsets[q + 1] - offsets[q])
    this.ranks = new Float64Array(most)
    this.ranksNew = new Float64Array(most)
    this.top = new TopK(Math.min(Math.max(...COVERAGE_AT), catalog.size), evaluation.protocol.seed)
    this.skip = masked ? new Uint8Array(catalog.size) : undefined
  }

  /** Counts one row; gives the results, or nothing for a query without positives here. */
  row(query: number, row: Float32Array): Int32Array | undefined {
    const { offsets, positives, known, knownOffsets } = this.set
    if (offsets[query] === offsets[query + 1]) return undefined
    const own = known.subarray(knownOffsets[query], knownOffsets[query + 1])
    this.ranker.count(row, positives.subarray(offsets[query], offsets[query + 1]), this.ranks, own, this.ranksNew)
    this.counter.ranks(query, this.ranks, this.ranksNew)
    if (this.skip) for (const entry of own) this.skip[entry] = 1
    const n = this.top.select(row, this.skip)
    if (this.skip) for (const entry of own) this.skip[entry] = 0
    const list = this.top.entries.subarray(0, n)
    this.counter.results(list)
    return list
  }
}
