import { bestPlaces } from '../core/best-places.js'
import { DAY } from '../core/time.js'
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

/** Histories as vectors over entries: what neighbours are looked for among. */
export interface UserVectors {
  /** unix seconds: ages are from here */
  t: number
  halfLifeDays: number
  /** users whose histories are looked at: what an entry is rare among */
  known: number
  /** [users, entries] sum of 2^(-age / half-life) over a user's events about an entry */
  byUser: SparseMatrix<Float64Array | Float32Array>
}

/** @param events histories up to t are read */
export function userVectors(
  events: EventData,
  catalog: Catalog,
  t: number,
  { halfLifeDays }: NearestUsersOptions,
): UserVectors {
  const byUser = userEntries(events, catalog, t, (row) => weightAt(events.eventTime[row], t, halfLifeDays))
  let known = 0
  for (let u = 0; u < events.users; u++) if (byUser.offsets[u + 1] > byUser.offsets[u]) known++
  return { t, halfLifeDays, known, byUser }
}

/**
 * The users who vote where there are too many for a request to read: those with the latest events, and of every entry
 * the latest of them (as session-kNN samples, Jannach & Ludewig 2017).
 * @param most users kept
 */
export function latestUsers(vectors: UserVectors, events: EventData, most: number): UserVectors {
  const { byUser, t } = vectors
  const lastOf = (u: number): number => {
    let row = events.offsets[u + 1] - 1
    while (row >= events.offsets[u] && events.eventTime[row] > t) row--
    return row < events.offsets[u] ? -1 : events.eventTime[row]
  }
  const users = Array.from({ length: byUser.height }, (_, u) => u).filter(
    (u) => byUser.offsets[u + 1] > byUser.offsets[u],
  )
  if (users.length <= most) return vectors
  const last = new Map(users.map((u) => [u, lastOf(u)]))
  const kept = new Set(users.sort((a, b) => last.get(b)! - last.get(a)! || a - b).slice(0, most))
  const offsets = new Float64Array(byUser.height + 1)
  const [columns, values]: [number[], number[]] = [[], []]
  for (let u = 0; u < byUser.height; u++) {
    for (let i = byUser.offsets[u]; kept.has(u) && i < byUser.offsets[u + 1]; i++) {
      columns.push(byUser.columns[i])
      values.push(byUser.values[i])
    }
    offsets[u + 1] = columns.length
  }
  return {
    ...vectors,
    known: most,
    byUser: { ...byUser, offsets, columns: Uint32Array.from(columns), values: Float64Array.from(values) },
  }
}

/** Users of an entry that are looked at, the latest, where a request must be quick. */
const LATEST = 500

/** Finds the nearest of many histories: similarity = cosine of the vectors times log(users / users with the entry). */
export class Neighbourhood {
  private readonly byEntry: SparseMatrix
  private readonly norms: Float64Array
  private readonly idf: Float64Array
  private readonly similarity: Float64Array
  private readonly touched: Int32Array

  /** @param quick look at the latest users of an entry alone */
  constructor(
    private readonly vectors: UserVectors,
    private readonly neighbours: number,
    private readonly quick = false,
  ) {
    const { byUser, known } = vectors
    this.byEntry = transpose(byUser as SparseMatrix<Float64Array>)
    const { offsets } = this.byEntry
    this.idf = Float64Array.from({ length: byUser.width }, (_, e) =>
      offsets[e + 1] === offsets[e] ? 0 : Math.log(known / (offsets[e + 1] - offsets[e])),
    )
    this.norms = Float64Array.from({ length: byUser.height }, (_, u) => {
      let s = 0
      for (let i = byUser.offsets[u]; i < byUser.offsets[u + 1]; i++)
        s += (byUser.values[i] * this.idf[byUser.columns[i]]) ** 2
      return Math.sqrt(s)
    })
    if (quick) latestFirst(this.byEntry)
    this.similarity = new Float64Array(byUser.height)
    this.touched = new Int32Array(byUser.height)
  }

  /**
   * Calls `vote` with what the nearest users did, each weighted by similarity.
   * @param self nobody is a neighbour of themselves: the user, where they are one of those looked at
   */
  votes({ events, users, ends }: Queries, q: number, catalog: Catalog, self: number, vote: Vote): void {
    const { byEntry, idf, norms, similarity, touched, vectors } = this
    const column = columnOf(catalog.level, events)
    const x = new Map<number, number>()
    for (let row = events.offsets[users[q]]; row < ends[q]; row++) {
      const entry = entryOf(catalog, column[row])
      const weight = weightAt(events.eventTime[row], vectors.t, vectors.halfLifeDays)
      if (entry >= 0) x.set(entry, (x.get(entry) ?? 0) + weight)
    }
    let squares = 0
    for (const [entry, value] of x) squares += (value * idf[entry]) ** 2
    // a lifetime ago: the weights are too small for a number
    if (squares === 0) return
    let n = 0
    for (const [entry, value] of x) {
      const weight = value * idf[entry] ** 2
      if (weight <= 0) continue
      const { offsets, columns, values } = byEntry
      const end = offsets[entry + 1]
      const last = this.quick ? Math.min(end, offsets[entry] + LATEST) : end
      for (let j = offsets[entry]; j < last; j++) {
        const user = columns[j]
        if (user === self) continue
        const sum = similarity[user]
        if (sum === 0) touched[n++] = user
        similarity[user] = sum + weight * values[j]
      }
    }
    const near = touched.subarray(0, n)
    const norm = Math.sqrt(squares)
    for (let i = 0; i < n; i++) similarity[near[i]] /= norm * norms[near[i]]
    const { byUser } = vectors
    const { offsets, columns, values } = byUser
    for (const user of this.nearest(near)) {
      const end = offsets[user + 1]
      for (let i = offsets[user]; i < end; i++) vote(columns[i], similarity[user] * values[i])
    }
    for (let i = 0; i < n; i++) similarity[near[i]] = 0
  }

  /** The users that vote, most similar first, of equal ones the lower index; the others need no sorting. */
  private nearest(near: Int32Array): Int32Array {
    const { similarity, neighbours } = this
    const values = new Float64Array(near.length)
    for (let i = 0; i < near.length; i++) values[i] = similarity[near[i]]
    return bestPlaces(values, near, neighbours).map((place) => near[place])
  }
}

type Vote = (entry: number, weight: number) => void

/** Within every row the highest value first: a value is the higher the later the events are. */
function latestFirst(byEntry: SparseMatrix): void {
  for (let e = 0; e < byEntry.height; e++) {
    const [from, to] = [byEntry.offsets[e], byEntry.offsets[e + 1]]
    if (to - from <= LATEST) continue
    const { columns, values } = byEntry
    const order = Array.from({ length: to - from }, (_, i) => from + i).sort((a, b) => values[b] - values[a] || a - b)
    const sorted = order.map((i): [number, number] => [columns[i], values[i]])
    sorted.forEach(([column, value], i) => {
      columns[from + i] = column
      values[from + i] = value
    })
  }
}

/** What comes after t, in a history that is asked about, counts as what happens at t. */
const weightAt = (time: number, t: number, halfLifeDays: number): number =>
  2 ** (Math.min(0, time - t) / DAY / halfLifeDays)

/**
 * Nearest neighbours by history (user-kNN; where a user is one session, session-kNN: Jannach & Ludewig 2017). Score =
 * sum over the nearest of similarity * x, x the vector of a history.
 */
export class NearestUsers extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name: string
  readonly level
  readonly entries
  private readonly neighbourhood: Neighbourhood

  constructor(
    private readonly events: EventData,
    private readonly catalog: Catalog,
    t: number,
    options = NEAREST_USERS,
  ) {
    super()
    this.name = `nearest users, ${options.neighbours}`
    this.level = catalog.level
    this.entries = catalog.size
    this.neighbourhood = new Neighbourhood(userVectors(events, catalog, t, options), options.neighbours)
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++) {
      const at = (q - from) * this.entries
      const self = queries.events === this.events ? queries.users[q] : -1
      this.neighbourhood.votes(queries, q, this.catalog, self, (entry, weight) => (out[at + entry] += weight))
    }
  }
}
