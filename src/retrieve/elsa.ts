import { elsaVectors, type ElsaOptions } from '../features/elsa.js'
import type { EventData } from '../features/snapshot.js'
import { columnOf, entryOf, type Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { OwnHistory } from './own-history.js'
import { conversionCounts } from './popularity.js'
import { ExactRecommender } from './recommender.js'
import { userEntries } from './user-entries.js'

/** Chosen on the validation window of the tutorial world. */
export const ELSA: ElsaOptions & { recent: boolean } = {
  width: 128,
  steps: 40,
  learningRate: 0.05,
  seed: 1,
  recent: true,
}

/**
 * ELSA (Vančura et al. 2022) over the histories up to t (unix seconds), of every entry converted on, X = 1 where a user
 * dealt with an entry; the others score 0. A user to recommend to is the sum of the vectors of their entries, each as
 * often as it counts lately where `recent` is set (an event is 2^(-age / 30 days)), else once.
 */
export class Elsa extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'ELSA'
  readonly level
  readonly entries
  /** entry -> row of the vectors; -1: none */
  private readonly rowOf: Int32Array
  private readonly vectors: Float32Array
  private readonly own: OwnHistory

  constructor(
    snapshot: EventData,
    catalog: Catalog,
    t: number,
    private readonly options = ELSA,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    this.own = new OwnHistory(catalog)
    const counts = conversionCounts(snapshot, catalog, t)
    const met = inOrderMet(snapshot, catalog, t).filter((entry) => counts[entry] > 0)
    this.rowOf = new Int32Array(catalog.size).fill(-1)
    met.forEach((entry, row) => (this.rowOf[entry] = row))
    const n = met.length
    const all = userEntries(snapshot, catalog, t, () => 1)
    const offsets = new Float64Array(all.height + 1)
    const columns: number[] = []
    for (let u = 0; u < all.height; u++) {
      for (let e = all.offsets[u]; e < all.offsets[u + 1]; e++)
        if (this.rowOf[all.columns[e]] >= 0) columns.push(this.rowOf[all.columns[e]])
      offsets[u + 1] = columns.length
    }
    const values = new Float32Array(columns.length).fill(1)
    const users = { height: all.height, width: n, offsets, columns: Uint32Array.from(columns), values }
    this.vectors = elsaVectors(users, options)
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { vectors, rowOf, entries } = this
    const { width, recent } = this.options
    const user = new Float64Array(width)
    out.fill(0, 0, (to - from) * entries)
    for (let q = from; q < to; q++) {
      const at = (q - from) * entries
      const own = this.own.read(queries, q)
      user.fill(0)
      for (const entry of own.distinct) {
        if (rowOf[entry] < 0) continue
        const weight = recent ? own.decayedCount(entry) : 1
        out[at + entry] = -weight
        for (let c = 0; c < width; c++) user[c] += weight * vectors[rowOf[entry] * width + c]
      }
      for (let e = 0; e < entries; e++) {
        if (rowOf[e] < 0) continue
        let sum = 0
        for (let c = 0, v = rowOf[e] * width; c < width; c++) sum += user[c] * vectors[v + c]
        out[at + e] += sum
      }
    }
  }
}

/**
 * Entries in the order in which they were first met, up to t. Vectors begin at random, row by row: by this order each
 * begins alike whatever comes after t, while ids are given to what is never met before it, too.
 */
function inOrderMet(snapshot: EventData, catalog: Catalog, t: number): Int32Array {
  const first = new Float64Array(catalog.size).fill(Infinity)
  const column = columnOf(catalog.level, snapshot)
  for (let row = 0; row < snapshot.eventTime.length; row++) {
    const entry = snapshot.eventTime[row] <= t ? entryOf(catalog, column[row]) : -1
    if (entry >= 0 && snapshot.eventSeq[row] < first[entry]) first[entry] = snapshot.eventSeq[row]
  }
  const met = Int32Array.from(first.keys()).filter((entry) => first[entry] < Infinity)
  return met.sort((a, b) => first[a] - first[b])
}
