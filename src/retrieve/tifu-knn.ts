import { historyEnd, type EventData } from '../features/snapshot.js'
import { transpose, type SparseMatrix } from '../features/sparse.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { basketsOf, matrixOf, productsWith, type UserRow } from './baskets.js'
import { ExactRecommender } from './recommender.js'

export interface TifuKnnOptions {
  /** groups that the baskets of a user are parted into, of equal size or nearly so */
  groups: number
  /** a basket counts so much of the next one of its group, a group so much of the next */
  withinGroup: number
  acrossGroups: number
  neighbours: number
  /** share of a user's own vector in the prediction, the rest being their neighbours' */
  own: number
}

/** The paper's values for Ta-Feng; not tuned on any data here. */
export const TIFU_KNN: TifuKnnOptions = { groups: 7, withinGroup: 0.9, acrossGroups: 0.7, neighbours: 300, own: 0.7 }

/**
 * TIFU-KNN (Hu, He, Gao & Zhang 2020, "Modeling Personalized Item Frequency Information for Next-basket
 * Recommendation"): a user is a vector over entries, the mean of their groups of baskets with a decay within a group
 * and across groups; the prediction is own * vector + (1 - own) * mean of the nearest neighbours' vectors, by Euclidean
 * distance. Neighbours are the histories up to t (unix seconds).
 */
export class TifuKnn extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'TIFU-KNN'
  readonly level
  readonly entries
  private readonly byUser: SparseMatrix
  private readonly byEntry: SparseMatrix
  /** users with a basket by t, ascending, and the squared length of every user's vector */
  private readonly active: Int32Array
  private readonly squares: Float64Array

  constructor(
    private readonly events: EventData,
    private readonly catalog: Catalog,
    t: number,
    private readonly options = TIFU_KNN,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    this.byUser = matrixOf(events.users, catalog.size, (u) => this.vectorOf(events, u, historyEnd(events, u, t)))
    this.byEntry = transpose(this.byUser)
    const { offsets, values } = this.byUser
    this.active = Int32Array.from(Array.from({ length: events.users }, (_, u) => u)).filter(
      (u) => offsets[u + 1] > offsets[u],
    )
    this.squares = Float64Array.from({ length: events.users }, (_, u) =>
      (values as Float64Array).subarray(offsets[u], offsets[u + 1]).reduce((sum, x) => sum + x * x, 0),
    )
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { byUser, byEntry, entries, options } = this
    const product = new Float64Array(byUser.height)
    const row = new Float64Array(entries)
    for (let q = from; q < to; q++) {
      const user = queries.users[q]
      const vector = this.vectorOf(queries.events, user, queries.ends[q])
      productsWith(vector, byEntry, product)
      const near = this.nearest(product, queries.events === this.events ? user : -1)
      row.fill(0)
      for (const [entry, value] of vector) row[entry] += options.own * value
      for (const v of near)
        for (let i = byUser.offsets[v]; i < byUser.offsets[v + 1]; i++)
          row[byUser.columns[i]] += ((1 - options.own) / near.length) * byUser.values[i]
      out.set(row, (q - from) * entries)
    }
  }

  /**
   * The users nearest to a vector u of products u v with theirs; of equal distances the first.
   * @param self nobody is a neighbour of themselves
   */
  private nearest(product: Float64Array, self: number): Int32Array {
    const { active, squares } = this
    // |u - v|^2 = |u|^2 + |v|^2 - 2 u v: in the same order without |u|^2
    const others = active.filter((v) => v !== self)
    const distances = Float64Array.from(others, (v) => squares[v] - 2 * product[v])
    if (others.length <= this.options.neighbours) return others
    const most = distances.slice().sort()[this.options.neighbours - 1]
    let room = this.options.neighbours - distances.reduce((n, d) => n + (d < most ? 1 : 0), 0)
    return others.filter((_, i) => distances[i] < most || (distances[i] === most && room-- > 0))
  }

  /** Equations 1 and 2 of the paper. Where there are fewer baskets than groups, each is a group. */
  private vectorOf(events: EventData, user: number, end: number): UserRow {
    const { groups, withinGroup, acrossGroups } = this.options
    const baskets = basketsOf(events, this.catalog, user, end)
    const m = Math.min(groups, baskets.length)
    const vector = new Map<number, number>()
    for (let g = 0; g < m; g++) {
      const first = Math.floor((g * baskets.length) / m)
      const last = Math.floor(((g + 1) * baskets.length) / m)
      for (let b = first; b < last; b++) {
        const weight = (acrossGroups ** (m - 1 - g) / m) * (withinGroup ** (last - 1 - b) / (last - first))
        for (const entry of baskets[b]) vector.set(entry, (vector.get(entry) ?? 0) + weight)
      }
    }
    return vector
  }
}
