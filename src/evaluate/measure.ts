import { RankCounter, TopK } from '../ann/exact.js'
import type { CatalogData } from '../features/snapshot.js'
import { levelOf, type EvaluationSet, type LevelSet } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { ItemGroups } from '../retrieve/best-of-group.js'
import { scoreRows, type Recommender } from '../retrieve/recommender.js'
import { COVERAGE_AT, MetricsCounter, RECALL_AT, type Metrics, type PerUser } from './metrics.js'
import type { Dimension } from './slices.js'

export interface Measured {
  level: Level
  metrics: Metrics
  perUser: PerUser
}

export interface MeasureOptions {
  /** levels at which an item recommender is measured, too */
  above?: readonly Level[]
  /** ways to part the positives, where recall by slice is wanted */
  dimensions?: Partial<Record<Level, Dimension[]>>
  /** the K of recall */
  at?: readonly number[]
  bootstrap: { samples: number; seed: number }
  onProgress?: (queries: number) => void
  /** called with the results of every query at the recommender's own level, best first; the list is reused */
  onList?: (query: number, list: Int32Array) => void
}

/**
 * Ranks every positive and lists the top results of every query, at the recommender's own level and, for one of items,
 * also at the levels in `above`: there an entry scores as its best item does.
 * @throws when a score is not finite
 */
export async function measure(
  snapshot: CatalogData,
  set: EvaluationSet,
  recommender: Recommender,
  { above = [], dimensions = {}, at = RECALL_AT, bootstrap, onProgress, onList = () => {} }: MeasureOptions,
): Promise<Measured[]> {
  const own = new LevelMeter(set, recommender.level, at, dimensions[recommender.level])
  const E = recommender.entries
  if (E !== own.set.catalog.size)
    throw new Error(`${recommender.name} scores ${E} entries, the index has ${own.set.catalog.size}`)
  const grouped = above.map((level) => ({
    meter: new LevelMeter(set, level, at, dimensions[level]),
    groups: new ItemGroups(snapshot, own.set.catalog, levelOf(set, level).catalog),
  }))
  const each = (q: number, row: Float32Array): void => {
    const list = own.row(q, row)
    if (list) onList(q, list)
    for (const { meter, groups } of grouped) meter.row(q, groups.best(row))
  }
  await scoreRows(recommender, set.queries, each, onProgress)
  return [own, ...grouped.map(({ meter }) => meter)].map(({ level, counter }) => ({
    level,
    metrics: counter.metrics(bootstrap),
    perUser: counter.perUser(),
  }))
}

class LevelMeter {
  readonly set: LevelSet
  readonly counter: MetricsCounter
  private readonly ranks: Float64Array
  private readonly ranksNew: Float64Array
  private readonly ranker: RankCounter
  private readonly top: TopK
  private readonly skip: Uint8Array | undefined

  constructor(
    evaluation: EvaluationSet,
    readonly level: Level,
    at: readonly number[],
    dimensions: readonly Dimension[] = [],
  ) {
    this.set = levelOf(evaluation, level)
    const { catalog, offsets } = this.set
    const masked = evaluation.protocol.history === 'masked'
    this.counter = new MetricsCounter(this.set, masked, dimensions, at)
    this.ranker = new RankCounter(Math.max(...at))
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
