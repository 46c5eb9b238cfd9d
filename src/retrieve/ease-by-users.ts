import { historyEnd, type EventData } from '../features/snapshot.js'
import { transpose, type SparseMatrix } from '../features/sparse.js'
import type { Catalog } from '../protocol/catalog.js'
import { invertSymmetric } from './cholesky.js'
import { OwnHistory } from './own-history.js'
import { conversionCounts } from './popularity.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender } from './recommender.js'
import { userEntries } from './user-entries.js'

/**
 * EASE solved over users. With K = X X^T + lambda I (users x users) Woodbury's identity gives
 * P = (X^T X + lambda I)^-1 = (I - X^T K^-1 X) / lambda, so that B = -P / diag(P) with a zero diagonal is never made:
 * score_j = x_j - (x_j - x_j^T K^-1 X x) / (1 - |x_j|^2 in the metric K^-1), x the user's row, x_j the entry's column.
 */
export class EaseByUsers extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'EASE'
  readonly level
  readonly entries
  /** users with a row of X: who dealt with none of these entries by t has none */
  private readonly users: number
  /** row of every user of the snapshot, -1 = none */
  private readonly rowOf: Int32Array
  /** X^T: who dealt with an entry, of the entries that were converted on */
  private readonly byEntry: SparseMatrix
  /** K^-1 [users, users] */
  private readonly inverse: Float64Array
  /** lambda diag(P) [entries] */
  private readonly diagonal: Float64Array
  private readonly own: OwnHistory
  private readonly regularisation: number

  constructor(
    private readonly snapshot: EventData,
    catalog: Catalog,
    private readonly t: number,
    options: { regularisation: number },
  ) {
    super()
    this.regularisation = options.regularisation
    this.level = catalog.level
    this.entries = catalog.size
    const counts = conversionCounts(snapshot, catalog, t)
    const converted = { ...catalog, entryOf: catalog.entryOf.map((e) => (counts[e] > 0 ? e : -1)) }
    const { matrix, rowOf } = withoutEmptyRows(userEntries(snapshot, converted, t, () => 1))
    this.rowOf = rowOf
    this.users = matrix.height
    this.byEntry = transpose(matrix)
    this.own = new OwnHistory(converted)
    this.inverse = invertSymmetric(this.kernel(), this.users)
    this.diagonal = this.remainders()
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const {
      byEntry: { offsets, columns },
      diagonal,
      entries,
    } = this
    for (let q = from; q < to; q++) {
      const own = this.own.read(queries, q)
      const history = own.distinct
      const whole =
        queries.events === this.snapshot && queries.ends[q] === historyEnd(this.snapshot, queries.users[q], this.t)
      const row = whole ? this.rowOf[queries.users[q]] : -1
      const pull = row < 0 ? this.pullOf(history) : this.pullOfRow(row)
      const at = (q - from) * entries
      for (let e = 0; e < entries; e++) {
        let s = 0
        for (let i = offsets[e]; i < offsets[e + 1]; i++) s += pull[columns[i]]
        out[at + e] = s / diagonal[e]
      }
      // an entry of the history: x_j - (x_j - s) / diagonal
      for (const e of history) out[at + e] += 1 - 1 / diagonal[e]
    }
  }

  /** K^-1 X x of any history x. */
  private pullOf(history: Int32Array): Float64Array {
    const {
      users,
      byEntry: { offsets, columns },
      inverse,
    } = this
    const shared = new Float64Array(users)
    for (const e of history) for (let i = offsets[e]; i < offsets[e + 1]; i++) shared[columns[i]]++
    const pull = new Float64Array(users)
    for (let v = 0; v < users; v++)
      if (shared[v] > 0) for (let u = 0; u < users; u++) pull[u] += shared[v] * inverse[v * users + u]
    return pull
  }

  /**
   * The same where x is the user's own row of X: X x is a column of K but for lambda, so K^-1 X x = e_u - lambda K^-1
   * e_u.
   */
  private pullOfRow(row: number): Float64Array {
    const { users, inverse, regularisation } = this
    const pull = Float64Array.from(inverse.subarray(row * users, (row + 1) * users), (x) => -regularisation * x)
    pull[row]++
    return pull
  }

  /** X X^T + lambda I. */
  private kernel(): Float64Array {
    const {
      users,
      byEntry: { offsets, columns },
      regularisation,
    } = this
    const kernel = new Float64Array(users * users)
    for (let e = 0; e < this.entries; e++) {
      for (let i = offsets[e]; i < offsets[e + 1]; i++) {
        const row = columns[i] * users
        for (let j = offsets[e]; j < offsets[e + 1]; j++) kernel[row + columns[j]]++
      }
    }
    for (let u = 0; u < users; u++) kernel[u * users + u] += regularisation
    return kernel
  }

  /** 1 - x_j^T K^-1 x_j of every entry: between 0 and 1. */
  private remainders(): Float64Array {
    const {
      users,
      byEntry: { offsets, columns },
      inverse,
    } = this
    return Float64Array.from({ length: this.entries }, (_, e) => {
      let s = 0
      for (let i = offsets[e]; i < offsets[e + 1]; i++) {
        const row = columns[i] * users
        // the inverse is symmetric: every pair once
        s += inverse[row + columns[i]]
        for (let j = offsets[e]; j < i; j++) s += 2 * inverse[row + columns[j]]
      }
      return 1 - s
    })
  }
}

/** The rows that hold anything, and where each row of the matrix went (-1: it is empty). */
function withoutEmptyRows(matrix: SparseMatrix): { matrix: SparseMatrix; rowOf: Int32Array } {
  const offsets: number[] = [0]
  const rowOf = Int32Array.from({ length: matrix.height }, (_, row) => {
    if (matrix.offsets[row + 1] === matrix.offsets[row]) return -1
    return offsets.push(matrix.offsets[row + 1]) - 2
  })
  return { matrix: { ...matrix, height: offsets.length - 1, offsets: Float64Array.from(offsets) }, rowOf }
}
