import type { Engine } from '../engine/types.js'

/** Dot products of query vectors with entry vectors, block by block: what every score by vectors goes through. */
export interface DotProducts {
  readonly width: number
  /**
   * out[q * stride + e] = queries[q] . entries[e] for queries [Q, width] and entries [E, width].
   * @throws when a length is not a multiple of the width
   */
  score(queries: Float32Array, entries: Float32Array, out: Float32Array, stride?: number): Promise<void>
  dispose(): void
}

/**
 * Dot products on an engine; without one, in plain loops (for tests and for tiny catalogs).
 * Make one and use it for every block: an engine compiles its program once.
 */
export async function dotProducts(width: number, _engine?: Engine): Promise<DotProducts> {
  return {
    width,
    score: async (queries, entries, out, stride = entries.length / width) => plainDotProducts(width, queries, entries, out, stride),
    dispose() {},
  }
}

/** Plain loops, four queries at a time so that an entry is read once for them. Sums run in the order of the width. */
export function plainDotProducts(width: number, queries: Float32Array, entries: Float32Array, out: Float32Array, stride: number): void {
  const [Q, E] = [rows(queries, width), rows(entries, width)]
  for (let q = 0; q < Q; q += 4) {
    const n = Math.min(4, Q - q)
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => (q + Math.min(i, n - 1)) * width)
    for (let e = 0; e < E; e++) {
      const at = e * width
      let [sa, sb, sc, sd] = [0, 0, 0, 0]
      for (let i = 0; i < width; i++) {
        const x = entries[at + i]
        sa += x * queries[a + i]
        sb += x * queries[b + i]
        sc += x * queries[c + i]
        sd += x * queries[d + i]
      }
      out[q * stride + e] = sa
      if (n > 1) out[(q + 1) * stride + e] = sb
      if (n > 2) out[(q + 2) * stride + e] = sc
      if (n > 3) out[(q + 3) * stride + e] = sd
    }
  }
}

/** Rows of a flat [rows, width] array. */
export function rows(vectors: Float32Array, width: number): number {
  const n = vectors.length / width
  if (!Number.isInteger(n)) throw new Error(`${vectors.length} values are no rows of width ${width}`)
  return n
}
