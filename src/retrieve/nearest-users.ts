import type { EventData } from '../features/snapshot.js'
import { transpose, type SparseMatrix } from '../features/sparse.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender } from './recommender.js'
import { userEntries } from './user-entries.js'

export interface NearestUsersOptions {
  /** histories that vote */
  neighbours: number
  /** an event's weight halves every so many days before the end of its history */
  halfLifeDays: number
}

export const NEAREST_USERS: NearestUsersOptions = { neighbours: 200, halfLifeDays: 30 }

const DAY = 86_400

/**
 * Nearest neighbours by history (user-kNN; where a user is one session, session-kNN: Jannach & Ludewig 2017). A history
 * is a vector x over entries: the sum of 2^(-age / half-life) over its events up to t. Similarity = cosine of the
 * vectors weighted by log(users / users with the entry); score = sum over the nearest of similarity * x.
 */
export class NearestUsers extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name: string
  readonly level
  readonly entries
  private readonly byUser: SparseMatrix
  private readonly byEntry: SparseMatrix
  private readonly norms: Float64Array
  private readonly idf: Float64Array

  constructor(
    private readonly events: EventData,
    private readonly catalog: Catalog,
    private readonly t: number,
    private readonly options = NEAREST_USERS,
  ) {
    super()
    this.name = `nearest users, ${options.neighbours}`
    this.level = catalog.level
    this.entries = catalog.size
    this.byUser = userEntries(events, catalog, t, (row) => this.weightOf(events, row))
    this.byEntry = transpose(this.byUser)
    this.idf = Float64Array.from({ length: catalog.size }, (_, e) => {
      const users = this.byEntry.offsets[e + 1] - this.byEntry.offsets[e]
      return users === 0 ? 0 : Math.log(events.users / users)
    })
    this.norms = Float64Array.from({ length: events.users }, (_, u) => {
      let s = 0
      for (let i = this.byUser.offsets[u]; i < this.byUser.offsets[u + 1]; i++)
        s += (this.byUser.values[i] * this.idf[this.byUser.columns[i]]) ** 2
      return Math.sqrt(s)
    })
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { byUser, byEntry, idf, norms } = this
    const similarity = new Float64Array(this.events.users)
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++) {
      const history = this.historyOf(queries, q)
      let squares = 0
      similarity.fill(0)
      for (const [entry, x] of history) {
        squares += (x * idf[entry]) ** 2
        const weight = x * idf[entry] ** 2
        if (weight > 0)
          for (let j = byEntry.offsets[entry]; j < byEntry.offsets[entry + 1]; j++)
            similarity[byEntry.columns[j]] += weight * byEntry.values[j]
      }
      // nobody is a neighbour of themselves
      if (queries.events === this.events) similarity[queries.users[q]] = 0
      const near: number[] = []
      for (let v = 0; v < similarity.length; v++) {
        if (similarity[v] === 0) continue
        similarity[v] /= Math.sqrt(squares) * norms[v]
        near.push(v)
      }
      near.sort((a, b) => similarity[b] - similarity[a] || a - b)
      const at = (q - from) * this.entries
      for (const v of near.slice(0, this.options.neighbours)) {
        for (let i = byUser.offsets[v]; i < byUser.offsets[v + 1]; i++)
          out[at + byUser.columns[i]] += similarity[v] * byUser.values[i]
      }
    }
  }

  /** The vector x of a query: its distinct entries, in the order in which they first occur. */
  private historyOf({ events, users, ends }: Queries, q: number): Map<number, number> {
    const column = columnOf(this.level, events)
    const x = new Map<number, number>()
    for (let row = events.offsets[users[q]]; row < ends[q]; row++) {
      const entry = entryOf(this.catalog, column[row])
      if (entry >= 0) x.set(entry, (x.get(entry) ?? 0) + this.weightOf(events, row))
    }
    return x
  }

  private weightOf({ eventTime }: EventData, row: number): number {
    return 2 ** ((eventTime[row] - this.t) / DAY / this.options.halfLifeDays)
  }
}
