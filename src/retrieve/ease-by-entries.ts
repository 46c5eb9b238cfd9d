import type { EventData } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import { invertSymmetric } from './cholesky.js'
import { OwnHistory } from './own-history.js'
import { conversionCounts } from './popularity.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender } from './recommender.js'
import { userEntries } from './user-entries.js'

/**
 * EASE solved over entries: G = X^T X + lambda I over the users' histories up to t (X = 1 where a user dealt with an
 * entry), P = G^-1, B = -P / diag(P) with a zero diagonal, and score = x B. Entries beyond the cap score 0.
 */
export class EaseByEntries extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name: string
  readonly level
  readonly entries
  /** entry of every modelled column, and back (-1) */
  private readonly columns: Int32Array
  private readonly columnOf: Int32Array
  /** B [n, n] */
  private readonly weights: Float32Array
  private readonly own: OwnHistory

  constructor(snapshot: EventData, catalog: Catalog, t: number, options: { cap: number; regularisation: number }) {
    super()
    const converted = byFrequency(conversionCounts(snapshot, catalog, t))
    this.columns = converted.slice(0, options.cap)
    const n = this.columns.length
    this.name = n < converted.length ? `EASE, top ${n}` : 'EASE'
    this.level = catalog.level
    this.entries = catalog.size
    this.columnOf = new Int32Array(catalog.size).fill(-1)
    this.columns.forEach((entry, column) => (this.columnOf[entry] = column))
    this.own = new OwnHistory(catalog)
    const inverse = invertSymmetric(this.gram(snapshot, catalog, t, options.regularisation), n)
    this.weights = new Float32Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) if (i !== j) this.weights[i * n + j] = -inverse[i * n + j] / inverse[j * n + j]
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const n = this.columns.length
    const scores = new Float64Array(n)
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++) {
      const own = this.own.read(queries, q)
      scores.fill(0)
      for (const entry of own.distinct) {
        const row = this.columnOf[entry] * n
        if (row >= 0) for (let j = 0; j < n; j++) scores[j] += this.weights[row + j]
      }
      for (let j = 0; j < n; j++) out[(q - from) * this.entries + this.columns[j]] = scores[j]
    }
  }

  /** X^T X + lambda I over the modelled columns. */
  private gram(snapshot: EventData, catalog: Catalog, t: number, regularisation: number): Float64Array {
    const n = this.columns.length
    const gram = new Float64Array(n * n)
    const { offsets, columns } = userEntries(snapshot, catalog, t, () => 1)
    for (let user = 0; user < snapshot.users; user++) {
      const own = columns
        .subarray(offsets[user], offsets[user + 1])
        .map((entry) => this.columnOf[entry])
        .filter((column) => column >= 0)
      for (const i of own) for (const j of own) gram[i * n + j]++
    }
    for (let i = 0; i < n; i++) gram[i * n + i] += regularisation
    return gram
  }
}

/** Entries with a count, the most frequent first. */
function byFrequency(counts: Float64Array): Int32Array {
  return Int32Array.from(counts.keys())
    .filter((entry) => counts[entry] > 0)
    .sort((a, b) => counts[b] - counts[a] || a - b)
}
