import { EVENT_TYPES } from '../features/snapshot.js'
import { bootstrapRatios } from './intervals.js'
import type { LevelSet } from '../protocol/evaluation-set.js'
import { SliceCounter, type Dimension, type Slice } from './slices.js'

/** The K of recall where none are asked for. */
export const RECALL_AT: readonly number[] = [1, 10, 50, 100, 500, 1000]
export const COVERAGE_AT = [10, 100] as const
/** share of all results that the entries counted by coverage make up */
export const COVERAGE_SHARE = 0.9

/** {"10": x, "100": y} */
export type ByK<T = number> = Record<string, T>

export interface Metrics {
  /** users with positives: those with a history and those without */
  users: number
  /** conversions to be found: repeats, those outside the catalog and those of users without history included */
  positives: number
  positivesNew: number
  /** hits over positives */
  recall: ByK
  interval: ByK<[number, number]>
  /** the same over users with a history alone: those without one are misses of every row */
  recallWithHistory: ByK
  /** hits over positives new to the user, ranked among entries new to the user */
  recallNew: ByK
  intervalNew: ByK<[number, number]>
  /** the plain mean of every user's own recall */
  recallPerUser: ByK
  byType: Record<string, { positives: number; recall: ByK }>
  /** recall by user activity, popularity and age of the entry, where asked for */
  slices?: Partial<Record<Dimension['name'], Slice[]>>
  /** fewest distinct entries that make up 90 % of all top-K results, over the index size */
  coverage: ByK
  /** users * K / index size, at most 1: what coverage could be if no two users shared a result */
  coverageCeiling: ByK
}

/** What every user contributed, to compare two retrievers on the same users. */
export interface PerUser {
  /** the K */
  at: readonly number[]
  /** weighted hits [K][users] */
  hits: Float64Array[]
  /** conversions to find [users] */
  totals: Float64Array
  /** the same over conversions new to the user, ranked among entries new to them */
  hitsNew: Float64Array[]
  totalsNew: Float64Array
}

/** Recall of one retriever minus that of another, with the interval of a bootstrap over the users they share. */
export interface Difference {
  /** the other */
  from: string
  recall: ByK
  interval: ByK<[number, number]>
  recallNew: ByK
  intervalNew: ByK<[number, number]>
}

/**
 * The difference a - b of two retrievers measured on one evaluation set: users are paired, so that what makes a user
 * easy or hard for both is no part of the interval.
 */
export function difference(
  a: PerUser,
  b: PerUser,
  from: string,
  bootstrap: { samples: number; seed: number },
): Difference {
  const gained = (x: Float64Array[], y: Float64Array[]): Float64Array[] =>
    x.map((hits, k) => hits.map((h, user) => h - y[k][user]))
  const [all, fresh] = [gained(a.hits, b.hits), gained(a.hitsNew, b.hitsNew)]
  const byRecallAt = <T>(f: (k: number) => T): ByK<T> => byK(a.at, f)
  return {
    from,
    recall: byRecallAt((k) => ratio(sum(all[k]), sum(a.totals))),
    interval: intervals(a.at, a.totals, all, bootstrap),
    recallNew: byRecallAt((k) => ratio(sum(fresh[k]), sum(a.totalsNew))),
    intervalNew: intervals(a.at, a.totalsNew, fresh, bootstrap),
  }
}

/** Gathers ranks and result lists of one retriever at one level, query by query. */
export class MetricsCounter {
  /** weighted hits [K][users] and positives [users]; users without history come last, with hits of 0 */
  private readonly hits: Float64Array[]
  private readonly hitsNew: Float64Array[]
  private readonly totals: Float64Array
  private readonly totalsNew: Float64Array
  private readonly typeHits: Float64Array[]
  private readonly typeTotals: Float64Array
  private readonly shown: Int32Array[]
  private lists = 0
  private readonly slices: { name: Dimension['name']; counter: SliceCounter }[]

  constructor(
    private readonly set: LevelSet,
    private readonly masked: boolean,
    dimensions: readonly Dimension[] = [],
    private readonly at = RECALL_AT,
  ) {
    const users = set.offsets.length - 1
    const perK = (n: number): Float64Array[] => at.map(() => new Float64Array(n))
    this.hits = perK(users)
    this.hitsNew = perK(users)
    this.totals = new Float64Array(users)
    this.totalsNew = new Float64Array(users)
    this.typeHits = perK(EVENT_TYPES.length)
    this.typeTotals = new Float64Array(EVENT_TYPES.length)
    this.slices = dimensions.map((dimension) => ({
      name: dimension.name,
      counter: new SliceCounter(set, dimension, at),
    }))
    this.shown = COVERAGE_AT.map(() => new Int32Array(set.catalog.size))
  }

  /** @param ranks among all entries @param ranksNew among those new to the user; both in the order of the positives */
  ranks(query: number, ranks: Float64Array, ranksNew: Float64Array): void {
    const { offsets, counts, fresh, types } = this.set
    for (let p = offsets[query], i = 0; p < offsets[query + 1]; p++, i++) {
      const rank = this.masked ? ranksNew[i] : ranks[i]
      this.totals[query] += counts[p]
      this.typeTotals[types[p]] += counts[p]
      if (fresh[p]) this.totalsNew[query] += counts[p]
      for (const { counter } of this.slices) counter.add(p, rank)
      for (let k = 0; k < this.at.length; k++) {
        if (rank <= this.at[k]) {
          this.hits[k][query] += counts[p]
          this.typeHits[k][types[p]] += counts[p]
        }
        if (fresh[p] && ranksNew[i] <= this.at[k]) this.hitsNew[k][query] += counts[p]
      }
    }
  }

  /** @param list the query's results, best first */
  results(list: Int32Array): void {
    this.lists++
    COVERAGE_AT.forEach((k, c) => {
      for (let i = 0; i < Math.min(k, list.length); i++) this.shown[c][list[i]]++
    })
  }

  /** Every user's hits and conversions, users without history last. */
  perUser(): PerUser {
    const { missed } = this.set
    const lost = missed.byType.reduce((a, b) => a + b, 0)
    return {
      at: this.at,
      hits: this.hits.map((hits) => withLost(hits, missed.users, 0)),
      totals: withLost(this.totals, missed.users, lost),
      hitsNew: this.hitsNew.map((hits) => withLost(hits, missed.users, 0)),
      totalsNew: withLost(this.totalsNew, missed.users, lost),
    }
  }

  metrics(bootstrap: { samples: number; seed: number }): Metrics {
    const { missed, catalog } = this.set
    const { hits, totals, hitsNew, totalsNew } = this.perUser()
    const users = totals.reduce((n, t) => n + (t > 0 ? 1 : 0), 0)
    const byRecallAt = <T>(f: (k: number) => T): ByK<T> => byK(this.at, f)
    return {
      users,
      positives: sum(totals),
      positivesNew: sum(totalsNew),
      recall: byRecallAt((k) => ratio(sum(hits[k]), sum(totals))),
      interval: intervals(this.at, totals, hits, bootstrap),
      recallWithHistory: byRecallAt((k) => ratio(sum(this.hits[k]), sum(this.totals))),
      recallNew: byRecallAt((k) => ratio(sum(hitsNew[k]), sum(totalsNew))),
      intervalNew: intervals(this.at, totalsNew, hitsNew, bootstrap),
      recallPerUser: byRecallAt((k) =>
        ratio(
          hits[k].reduce((s, h, u) => s + (totals[u] > 0 ? h / totals[u] : 0), 0),
          users,
        ),
      ),
      byType: this.byType(missed.byType),
      ...(this.slices.length > 0 && {
        slices: Object.fromEntries(this.slices.map(({ name, counter }) => [name, counter.slices()])),
      }),
      coverage: Object.fromEntries(COVERAGE_AT.map((K, c) => [String(K), coverage(this.shown[c], COVERAGE_SHARE)])),
      coverageCeiling: Object.fromEntries(
        COVERAGE_AT.map((K) => [String(K), Math.min(1, (this.lists * K) / catalog.size)]),
      ),
    }
  }

  private byType(missed: Float64Array): Metrics['byType'] {
    const rows = EVENT_TYPES.flatMap((type, code) => {
      const positives = this.typeTotals[code] + missed[code]
      if (positives === 0) return []
      return [
        [
          type,
          {
            positives,
            recall: byK(this.at, (k) => this.typeHits[k][code] / positives),
          },
        ] as const,
      ]
    })
    return Object.fromEntries(rows)
  }
}

/** The fewest distinct entries that make up `share` of all results, over the number of entries. */
export function coverage(shown: Int32Array, share: number): number {
  const sorted = shown.slice().sort().reverse()
  const enough = share * sum(sorted)
  let [distinct, got] = [0, 0]
  // counts are whole: a hair below absorbs the rounding of share * sum
  while (got < enough - 1e-9) got += sorted[distinct++]
  return ratio(distinct, shown.length)
}

/** Users without history appended, their positives spread evenly. */
function withLost(values: Float64Array, users: number, total: number): Float64Array {
  const all = new Float64Array(values.length + users)
  all.set(values)
  if (users > 0) all.fill(total / users, values.length)
  return all
}

/** Intervals at each K; none without a bootstrap or without a user to draw. */
function intervals(
  at: readonly number[],
  totals: Float64Array,
  hits: Float64Array[],
  { samples, seed }: { samples: number; seed: number },
): ByK<[number, number]> {
  // users without positives at this level say nothing about it
  const kept = Int32Array.from(totals.keys()).filter((u) => totals[u] > 0)
  if (samples === 0 || kept.length === 0) return {}
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (u) => values[u])
  const found = bootstrapRatios(hits.map(pick), pick(totals), samples, seed)
  return byK(at, (k) => found[k])
}

const byK = <T>(at: readonly number[], f: (k: number) => T): ByK<T> =>
  Object.fromEntries(at.map((K, k) => [String(K), f(k)]))
const sum = (values: Float64Array | Int32Array): number => (values as Float64Array).reduce((a, b) => a + b, 0)
const ratio = (a: number, b: number): number => (b > 0 ? a / b : 0)
