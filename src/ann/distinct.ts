import { rows } from './dot-products.js'

/** Rows of equal values as one: a graph of many equal vectors loses its way among them. */
export interface Distinct {
  /** [distinct rows, width] in the order in which they first occur */
  vectors: Float32Array
  /** members of distinct row r are members[offsets[r] .. offsets[r + 1]], ascending */
  offsets: Uint32Array
  members: Uint32Array
}

/** @param vectors [entries, width], finite */
export function distinctRows(vectors: Float32Array, width: number): Distinct {
  const n = rows(vectors, width)
  const words = new Uint32Array(vectors.buffer, vectors.byteOffset, vectors.length)
  const first = new Map<number, number[]>()
  const rowOf = new Uint32Array(n)
  const firsts: number[] = []
  for (let e = 0; e < n; e++) {
    let hash = 0x811c9dc5
    for (let i = e * width; i < (e + 1) * width; i++) hash = Math.imul(hash ^ words[i], 0x01000193) ^ (hash >>> 15)
    const same = first.get(hash)
    const row = same?.find((r) => equal(words, firsts[r] * width, e * width, width))
    if (row !== undefined) {
      rowOf[e] = row
      continue
    }
    rowOf[e] = firsts.push(e) - 1
    if (same) same.push(rowOf[e])
    else first.set(hash, [rowOf[e]])
  }
  const offsets = new Uint32Array(firsts.length + 1)
  for (const row of rowOf) offsets[row + 1]++
  for (let r = 0; r < firsts.length; r++) offsets[r + 1] += offsets[r]
  const next = offsets.slice()
  const members = new Uint32Array(n)
  rowOf.forEach((row, e) => (members[next[row]++] = e))
  if (firsts.length === n) return { vectors, offsets, members }
  const out = new Float32Array(firsts.length * width)
  firsts.forEach((e, r) => out.set(vectors.subarray(e * width, (e + 1) * width), r * width))
  return { vectors: out, offsets, members }
}

function equal(words: Uint32Array, a: number, b: number, width: number): boolean {
  for (let i = 0; i < width; i++) if (words[a + i] !== words[b + i]) return false
  return true
}
