import type { SparseMatrix } from './sparse.js'

/** Sequences of items: sequence s is items[offsets[s] .. offsets[s + 1]). */
export interface ItemSequences {
  items: Int32Array
  offsets: Uint32Array
}

export interface PpmiOptions {
  /** events on either side that count as seen together */
  window: number
  /** power of the context counts (Levy, Goldberg & Dagan 2015, "context distribution smoothing") */
  smoothing: number
  /** pairs seen together fewer times than this are dropped */
  minCount: number
}

/**
 * Positive pointwise mutual information of items seen together, and which items have any (`rows`: the matrix's row k
 * is item rows[k]):
 *
 *     M[i, j] = max(0, log(n(i, j) * sum over c of n(c)^a / (n(i) * n(j)^a)))
 *
 * (Levy, Goldberg & Dagan 2015, equations 3 and 6.) n(i, j) counts pairs of events at most `window` apart; an item
 * beside itself says nothing of others and is not counted. n(i) is the sum of n(i, .) before small counts are dropped.
 */
export function ppmi(
  sequences: ItemSequences,
  items: number,
  options: PpmiOptions,
): { matrix: SparseMatrix; rows: Uint32Array } {
  const counts = countPairs(sequences, items, options)
  const smoothed = counts.totals.map((n) => n ** options.smoothing)
  const all = smoothed.reduce((sum, x) => sum + x, 0)
  let kept = 0
  const { offsets, columns, values, totals } = counts
  const newOffsets = new Float64Array(items + 1)
  for (let i = 0; i < items; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const j = columns[e]
      const pmi = Math.log((values[e] * all) / (totals[i] * smoothed[j]))
      if (pmi <= 0) continue
      columns[kept] = j
      values[kept++] = pmi
    }
    newOffsets[i + 1] = kept
  }
  return compact({
    height: items,
    width: items,
    offsets: newOffsets,
    columns: columns.subarray(0, kept),
    values: values.subarray(0, kept),
  })
}

/** n(i, j) as sparse rows, item by item: one dense row of counters serves them all. */
function countPairs(
  sequences: ItemSequences,
  items: number,
  { window, minCount }: PpmiOptions,
): Omit<SparseMatrix, 'height' | 'width'> & { totals: Float64Array } {
  const occurrences = invert(sequences, items)
  const count = new Uint32Array(items)
  const touched = new Uint32Array(items)
  const totals = new Float64Array(items)
  const offsets = new Float64Array(items + 1)
  let columns = new Uint32Array(1 << 16)
  let values = new Float32Array(1 << 16)
  let kept = 0
  for (let i = 0; i < items; i++) {
    let distinct = 0
    for (let o = occurrences.offsets[i]; o < occurrences.offsets[i + 1]; o++) {
      const at = occurrences.places[o]
      const s = occurrences.sequence[o]
      const from = Math.max(sequences.offsets[s], at - window)
      const to = Math.min(sequences.offsets[s + 1], at + window + 1)
      for (let k = from; k < to; k++) {
        const j = sequences.items[k]
        if (j === i) continue
        if (count[j]++ === 0) touched[distinct++] = j
        totals[i]++
      }
    }
    if (kept + distinct > columns.length) {
      const size = Math.max(kept + distinct, columns.length * 2)
      columns = grown(columns, new Uint32Array(size))
      values = grown(values, new Float32Array(size))
    }
    const row = touched.subarray(0, distinct).sort()
    for (const j of row) {
      if (count[j] >= minCount) {
        columns[kept] = j
        values[kept++] = count[j]
      }
      count[j] = 0
    }
    offsets[i + 1] = kept
  }
  return { offsets, columns, values, totals }
}

const grown = <T extends Uint32Array | Float32Array>(from: T, to: T): T => {
  to.set(from)
  return to
}

/** Where each item occurs: place in the event list, and its sequence. */
function invert(
  { items: events, offsets: sequences }: ItemSequences,
  items: number,
): { offsets: Uint32Array; places: Uint32Array; sequence: Uint32Array } {
  const offsets = new Uint32Array(items + 1)
  for (const i of events) offsets[i + 1]++
  for (let i = 0; i < items; i++) offsets[i + 1] += offsets[i]
  const at = offsets.slice()
  const places = new Uint32Array(events.length)
  const sequence = new Uint32Array(events.length)
  for (let s = 0; s + 1 < sequences.length; s++) {
    for (let k = sequences[s]; k < sequences[s + 1]; k++) {
      const o = at[events[k]]++
      places[o] = k
      sequence[o] = s
    }
  }
  return { offsets, places, sequence }
}

/** Leaves out the items with neither a row nor a column. */
function compact(matrix: SparseMatrix): { matrix: SparseMatrix; rows: Uint32Array } {
  const used = new Uint8Array(matrix.height)
  for (let i = 0; i < matrix.height; i++) if (matrix.offsets[i] < matrix.offsets[i + 1]) used[i] = 1
  for (const j of matrix.columns) used[j] = 1
  const index = new Uint32Array(matrix.height)
  const rows: number[] = []
  for (let i = 0; i < matrix.height; i++) if (used[i] === 1) index[i] = rows.push(i) - 1
  const offsets = new Float64Array(rows.length + 1)
  rows.forEach((i, k) => (offsets[k + 1] = matrix.offsets[i + 1]))
  const columns = Uint32Array.from(matrix.columns, (j) => index[j])
  return {
    matrix: { height: rows.length, width: rows.length, offsets, columns, values: matrix.values.slice() },
    rows: Uint32Array.from(rows),
  }
}
