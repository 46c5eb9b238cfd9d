import type { AdKind } from '../ads/inventory.js'
import { bestPlaces } from '../core/best-places.js'
import type { Candidates } from '../funnel/candidates.js'
import { levelOf, type EvaluationSet, type LevelSet } from '../protocol/evaluation-set.js'
import type { Recommender } from '../retrieve/recommender.js'

/** Ads that are handed on, at the last stage: as many as an auction would get. */
export const HANDED_ON = 100

/** What a stage, or a generator in it, lets through; ads are means over users. */
export interface Stage {
  level: 'item' | 'advertiser'
  stage: 'generate' | 'union' | 'quota' | 'blend'
  /** absent for a whole stage */
  generator?: string
  in: number
  out: number
  /** share of all conversions whose entry is still there */
  kept: number
  /** of a generator: share of all conversions that it alone found */
  unique?: number
  /**
   * of a whole stage on a generated world: share of the value of the oracle's best HANDED_ON that can no longer be had
   */
  oracleLost?: number
}

/** One query at the stages of the funnel, for ads of one kind. */
export interface StageSets {
  query: number
  /** entries of candidates, in their order */
  entries: Int32Array
  /** what found each of them */
  sources: Pick<Candidates, 'offsets' | 'generator'>
  /** candidates that are left after quotas */
  kept: Int32Array
  /** candidates that are handed on, in order */
  handed: Int32Array
}

const LEVELS = { shopping: 'item', standard: 'advertiser' } as const

/** Counts, stage by stage, what is left of what users convert on. */
export class StageCounter {
  private readonly set: LevelSet
  private readonly level: 'item' | 'advertiser'
  private queries = 0
  private readonly total: number
  private readonly found: { out: number; hits: number; unique: number }[]
  private readonly whole = {
    union: { out: 0, hits: 0, lost: 0 },
    quota: { out: 0, hits: 0, lost: 0 },
    blend: { out: 0, hits: 0, lost: 0 },
  }
  private best = 0

  private readonly row: Float32Array

  /** @param oracle of the level, where the data is a generated world */
  constructor(
    private readonly evaluation: EvaluationSet,
    kind: AdKind,
    private readonly generators: readonly string[],
    private readonly oracle?: Recommender,
  ) {
    this.level = LEVELS[kind]
    this.set = levelOf(evaluation, this.level)
    const { counts, missed } = this.set
    this.total = counts.reduce((a, b) => a + b, 0) + missed.byType.reduce((a, b) => a + b, 0)
    this.row = new Float32Array(oracle ? this.set.catalog.size : 0)
    this.found = generators.map(() => ({ out: 0, hits: 0, unique: 0 }))
  }

  async add({ query, entries, sources, kept, handed }: StageSets): Promise<void> {
    const { offsets, positives, counts } = this.set
    this.queries++
    const wanted = new Map<number, number>()
    for (let p = offsets[query]; p < offsets[query + 1]; p++)
      if (positives[p] >= 0) wanted.set(positives[p], (wanted.get(positives[p]) ?? 0) + counts[p])
    const { offsets: from, generator } = sources
    for (let c = 0; c < entries.length; c++) {
      const hits = wanted.get(entries[c]) ?? 0
      for (let s = from[c]; s < from[c + 1]; s++) {
        const found = this.found[generator[s]]
        found.out++
        found.hits += hits
        if (from[c + 1] - from[c] === 1) found.unique += hits
      }
    }
    await this.oracle?.score(this.evaluation.queries, query, query + 1, this.row)
    const row = this.oracle && this.row
    const value = (of: Int32Array): number =>
      row ? topSum(Float64Array.from(new Set(of.map((c) => entries[c])), (e) => row[e])) : 0
    const count = (at: { out: number; hits: number; lost: number }, of: Int32Array): void => {
      at.out += of.length
      const left = new Set(of.map((c) => entries[c]))
      for (const [entry, n] of wanted) if (left.has(entry)) at.hits += n
      at.lost += value(of)
    }
    if (row) this.best += topSum(new Float64Array(row))
    count(
      this.whole.union,
      entries.map((_, c) => c),
    )
    count(this.whole.quota, kept)
    count(this.whole.blend, handed.slice(0, HANDED_ON))
  }

  stages(): Stage[] {
    const { level, queries, total, set, best } = this
    const mean = (n: number): number => n / Math.max(1, queries)
    const of = (hits: number): number => hits / Math.max(1, total)
    const stages: Stage[] = this.found.map(({ out, hits, unique }, g) => ({
      level,
      stage: 'generate',
      generator: this.generators[g],
      in: set.catalog.size,
      out: mean(out),
      kept: of(hits),
      unique: of(unique),
    }))
    let before = this.found.reduce((n, { out }) => n + mean(out), 0)
    for (const [stage, { out, hits, lost }] of Object.entries(this.whole)) {
      stages.push({
        level,
        stage: stage as Stage['stage'],
        in: before,
        out: mean(out),
        kept: of(hits),
        ...(this.oracle && best > 0 && { oracleLost: 1 - lost / best }),
      })
      before = mean(out)
    }
    return stages
  }
}

/** Sum of the HANDED_ON highest. */
function topSum(values: Float64Array): number {
  const places = bestPlaces(
    values,
    Int32Array.from({ length: values.length }, (_, i) => i),
    HANDED_ON,
  )
  return places.reduceRight((sum, place) => sum + values[place], 0)
}
