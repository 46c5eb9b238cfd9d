import type { ItemSequences } from './ppmi.js'
import type { SparseMatrix } from './sparse.js'

/**
 * The matrix of items (rows) and histories (columns), and which item each row is: A[i, u] = log(1 + n(u, i)) *
 * log((U + 1) / (U(i) + 1)) for n(u, i) events of user u about item i, which U(i) of the U users met; every column
 * scaled to length 1. Items met by fewer than `minCount` users are left out. The leading singular vectors of this
 * matrix are PureSVD (Cremonesi, Koren & Turrin 2010, section 3.3) under weights that keep what everyone buys, and who
 * buys most, from making up all of it.
 */
export function userItemMatrix(
  sequences: ItemSequences,
  items: number,
  { minCount }: { minCount: number },
): { matrix: SparseMatrix; rows: Uint32Array } {
  const users = sequences.offsets.length - 1
  const reach = reachOf(sequences, items)
  const idf = rarity(sequences, items, reach)
  const rows = Uint32Array.from(Array.from(reach.keys()).filter((i) => reach[i] >= minCount))
  const place = new Int32Array(items).fill(-1)
  rows.forEach((i, k) => (place[i] = k))
  const offsets = new Float64Array(rows.length + 1)
  rows.forEach((i, k) => (offsets[k + 1] = offsets[k] + reach[i]))
  const at = offsets.slice()
  const columns = new Uint32Array(offsets[rows.length])
  const values = new Float32Array(offsets[rows.length])
  eachUser(sequences, items, (u, met, count) => {
    let squares = 0
    const own: [number, number][] = []
    for (const i of met) {
      if (place[i] < 0) continue
      const value = Math.log1p(count[i]) * idf[i]
      squares += value * value
      own.push([place[i], value])
    }
    if (squares === 0) return
    for (const [row, value] of own) {
      columns[at[row]] = u
      values[at[row]++] = value / Math.sqrt(squares)
    }
  })
  return { matrix: { height: rows.length, width: users, offsets, columns, values }, rows }
}

/** log((U + 1) / (U(i) + 1)) for U(i) of U users with the item (Spaerck Jones 1972, smoothed). */
export function rarity(sequences: ItemSequences, items: number, reach = reachOf(sequences, items)): Float64Array {
  const users = sequences.offsets.length - 1
  return Float64Array.from(reach, (n) => Math.log((users + 1) / (n + 1)))
}

/** Users with each item. */
function reachOf(sequences: ItemSequences, items: number): Uint32Array {
  const reach = new Uint32Array(items)
  eachUser(sequences, items, (_user, met) => met.forEach((i) => reach[i]++))
  return reach
}

/** Calls `take` with the distinct items of every user and how often each was met. */
function eachUser(
  sequences: ItemSequences,
  items: number,
  take: (user: number, met: Uint32Array, count: Uint32Array) => void,
): void {
  const count = new Uint32Array(items)
  const met = new Uint32Array(items)
  for (let u = 0; u + 1 < sequences.offsets.length; u++) {
    let distinct = 0
    for (let k = sequences.offsets[u]; k < sequences.offsets[u + 1]; k++)
      if (count[sequences.items[k]]++ === 0) met[distinct++] = sequences.items[k]
    take(u, met.subarray(0, distinct), count)
    for (let k = 0; k < distinct; k++) count[met[k]] = 0
  }
}
