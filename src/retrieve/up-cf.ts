import { historyEnd, type EventData } from '../features/snapshot.js'
import { transpose, type SparseMatrix } from '../features/sparse.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { basketsOf, matrixOf, productsWith, type UserRow } from './baskets.js'
import { ExactRecommender } from './recommender.js'

export interface UpCfOptions {
  /** latest baskets of a user that count towards what is popular with them */
  recent: number
  /** power of the similarity: higher lets the nearest speak alone */
  locality: number
  /** 0 to 1: share of the own history's size in what the similarity is divided by; half is the cosine */
  asymmetry: number
}

/** Not tuned on any data here. */
export const UP_CF: UpCfOptions = { recent: 25, locality: 10, asymmetry: 0.25 }

/**
 * UP-CF (Faggioli, Polato & Aiolli 2020, "Recency Aware Collaborative Filtering for Next Basket Recommendation"): what
 * is popular with a user is the share of their latest baskets that hold an entry; score = sum over all users,
 * themselves included, of similarity^locality * that share. The similarity of the sets of entries u and v is
 * |u and v| / (|u|^asymmetry * |v|^(1 - asymmetry)). The others' histories end at t (unix seconds).
 */
export class UpCf extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'UP-CF'
  readonly level
  readonly entries
  /** [users, entries] share of the latest baskets, of entries that those hold */
  private readonly popular: SparseMatrix
  /** [entries, users] 1 where a user met an entry, and how many entries each user met */
  private readonly byEntry: SparseMatrix
  private readonly sizes: Float64Array

  constructor(
    private readonly events: EventData,
    private readonly catalog: Catalog,
    t: number,
    private readonly options = UP_CF,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    const baskets = (u: number): number[][] => basketsOf(events, catalog, u, historyEnd(events, u, t))
    this.popular = matrixOf(events.users, catalog.size, (u) => sharesOf(baskets(u), options.recent))
    const met = matrixOf(events.users, catalog.size, (u) => metIn(baskets(u)))
    this.byEntry = transpose(met)
    this.sizes = Float64Array.from({ length: events.users }, (_, u) => met.offsets[u + 1] - met.offsets[u])
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { popular, byEntry, sizes, entries } = this
    const { recent, locality, asymmetry } = this.options
    const shared = new Float64Array(popular.height)
    const row = new Float64Array(entries)
    for (let q = from; q < to; q++) {
      const baskets = basketsOf(queries.events, this.catalog, queries.users[q], queries.ends[q])
      const met = metIn(baskets)
      productsWith(met, byEntry, shared)
      // their own row may hold more than this history: their part is of the history, at a similarity of 1
      if (queries.events === this.events) shared[queries.users[q]] = 0
      row.fill(0)
      for (const [entry, share] of sharesOf(baskets, recent)) row[entry] += share
      for (let v = 0; v < shared.length; v++) {
        if (shared[v] === 0) continue
        const weight = (shared[v] / (met.size ** asymmetry * sizes[v] ** (1 - asymmetry))) ** locality
        for (let i = popular.offsets[v]; i < popular.offsets[v + 1]; i++)
          row[popular.columns[i]] += weight * popular.values[i]
      }
      out.set(row, (q - from) * entries)
    }
  }
}

/** Share of the last `recent` baskets that hold an entry. */
function sharesOf(baskets: readonly number[][], recent: number): UserRow {
  const latest = baskets.slice(-recent)
  const shares = new Map<number, number>()
  for (const basket of latest)
    for (const entry of basket) shares.set(entry, (shares.get(entry) ?? 0) + 1 / latest.length)
  return shares
}

const metIn = (baskets: readonly number[][]): UserRow => new Map(baskets.flat().map((entry) => [entry, 1]))
