import type { Engine, Program } from '../engine/types.js'

/** Dot products of query vectors with entry vectors, block by block: what every score by vectors goes through. */
export interface DotProducts {
  readonly width: number
  /**
   * out[q * stride + e] = queries[q] . entries[e] for queries [Q, width] and entries [E, width]; stride is E by
   * default. The same pair of vectors gets the same score whatever block it stands in.
   * @throws when a length is not a multiple of the width
   */
  score(queries: Float32Array, entries: Float32Array, out: Float32Array, stride?: number): Promise<void>
  dispose(): void
}

/** One matrix product of an engine: queries, entries. Its result stays in the cache. */
const BLOCK_QUERIES = 64
const BLOCK_ENTRIES = 16384
/** Scores in memory at once: 512 MB, which only a catalog of millions comes near. */
const MOST_SCORES = 1 << 27

/** Queries to score at a time against a catalog: a full product where memory allows. */
export function queriesAtOnce(entries: number): number {
  return Math.max(1, Math.min(BLOCK_QUERIES, Math.floor(MOST_SCORES / Math.max(1, entries))))
}

/**
 * Dot products on an engine; without one, in plain loops (for tests and for tiny catalogs).
 * Make one and use it for every block: the program is compiled at the first block that is large enough.
 */
export async function dotProducts(width: number, engine?: Engine): Promise<DotProducts> {
  if (engine) return new EngineProducts(width, engine)
  return {
    width,
    score: async (queries, entries, out, stride = rows(entries, width)) =>
      plainDotProducts(width, queries, entries, out, stride),
    dispose() {},
  }
}

/** Every product through one program of fixed shape; short blocks are padded with zeros. */
class EngineProducts implements DotProducts {
  private program: Promise<Program> | undefined
  private readonly padded: Float32Array
  private readonly paddedQueries: Float32Array

  constructor(
    readonly width: number,
    private readonly engine: Engine,
  ) {
    this.padded = new Float32Array(BLOCK_ENTRIES * width)
    this.paddedQueries = new Float32Array(BLOCK_QUERIES * width)
  }

  async score(
    queries: Float32Array,
    entries: Float32Array,
    out: Float32Array,
    stride = rows(entries, this.width),
  ): Promise<void> {
    const { width } = this
    const [Q, E] = [rows(queries, width), rows(entries, width)]
    for (let q = 0; q < Q; q += BLOCK_QUERIES) {
      const lastQuery = Math.min(Q, q + BLOCK_QUERIES)
      const left = pad(queries.subarray(q * width, lastQuery * width), this.paddedQueries)
      for (let e = 0; e < E; e += BLOCK_ENTRIES) {
        const lastEntry = Math.min(E, e + BLOCK_ENTRIES)
        const right = pad(entries.subarray(e * width, lastEntry * width), this.padded)
        const scores = await this.product(left, right)
        for (let i = q; i < lastQuery; i++) {
          const from = (i - q) * BLOCK_ENTRIES
          out.set(scores.subarray(from, from + lastEntry - e), i * stride + e)
        }
      }
    }
  }

  private async product(queries: Float32Array, entries: Float32Array): Promise<Float32Array> {
    this.program ??= this.compile()
    const { scores } = await (await this.program).run({ queries, entries })
    return scores.data as Float32Array
  }

  private async compile(): Promise<Program> {
    // loads tfjs, which serving from an index alone does not need
    const { scoreBlock } = await import('../model/programs.js')
    return this.engine.compile(scoreBlock(BLOCK_QUERIES, BLOCK_ENTRIES, this.width), await this.engine.state({}))
  }

  dispose(): void {
    void this.program?.then((program) => program.dispose())
    this.program = undefined
  }
}

function pad(values: Float32Array, room: Float32Array): Float32Array {
  if (values.length === room.length) return values
  room.set(values)
  room.fill(0, values.length)
  return room
}

/** Plain loops, four queries at a time so that an entry is read once for them. Sums run in the order of the width. */
export function plainDotProducts(
  width: number,
  queries: Float32Array,
  entries: Float32Array,
  out: Float32Array,
  stride: number,
): void {
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

/** vectors[at .. at + width) . query, in four sums, so that a product need not wait for the last. */
export function dot(vectors: Float32Array, at: number, query: Float32Array, width: number): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < width; i += 4) {
    a += vectors[at + i] * query[i]
    b += vectors[at + i + 1] * query[i + 1]
    c += vectors[at + i + 2] * query[i + 2]
    d += vectors[at + i + 3] * query[i + 3]
  }
  for (; i < width; i++) a += vectors[at + i] * query[i]
  return a + b + (c + d)
}

/**
 * Products of one query with chosen rows, in doubles, four rows at a time: no sum waits for another. Each is summed in
 * the order of the width, so equal rows have equal products wherever they stand.
 * @param query [width] @param rowsOf which rows @param out [rowsOf]
 */
export function dotRows(
  vectors: Float32Array,
  width: number,
  query: Float32Array,
  rowsOf: Int32Array,
  out: Float32Array,
): void {
  const wide = Float64Array.from(query)
  const last = rowsOf.length - 1
  for (let r = 0; r <= last; r += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((n) => rowsOf[Math.min(r + n, last)] * width)
    let [sa, sb, sc, sd] = [0, 0, 0, 0]
    for (let i = 0; i < width; i++) {
      const x = wide[i]
      sa += x * vectors[a + i]
      sb += x * vectors[b + i]
      sc += x * vectors[c + i]
      sd += x * vectors[d + i]
    }
    out[r] = sa
    if (r < last) out[r + 1] = sb
    if (r + 1 < last) out[r + 2] = sc
    if (r + 2 < last) out[r + 3] = sd
  }
}

/**
 * A few queries that many rows are multiplied with, one row at a time: four products are summed together in doubles, so
 * that a value of the row is read and widened once for them, and no sum waits for another.
 */
export class QueryBlock {
  /** products with the row that was multiplied last, in the order of the queries */
  readonly products: Float64Array
  /** [queries / 4, width, 4], filled up with zeros */
  private readonly values: Float64Array

  /** @param queries [width] each */
  constructor(
    private readonly width: number,
    queries: readonly Float32Array[],
  ) {
    const fours = Math.ceil(queries.length / 4)
    this.products = new Float64Array(4 * fours)
    this.values = new Float64Array(4 * fours * width)
    queries.forEach((query, q) => {
      for (let i = 0, at = (q >> 2) * 4 * width + (q & 3); i < width; i++, at += 4) this.values[at] = query[i]
    })
  }

  /** Multiplies vectors[at .. at + width) with every query. */
  multiply(vectors: Float32Array, at: number): void {
    const { products, values, width } = this
    for (let q = 0, v = 0; q < products.length; q += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0]
      for (let i = at; i < at + width; i++, v += 4) {
        const x = vectors[i]
        s0 += x * values[v]
        s1 += x * values[v + 1]
        s2 += x * values[v + 2]
        s3 += x * values[v + 3]
      }
      products[q] = s0
      products[q + 1] = s1
      products[q + 2] = s2
      products[q + 3] = s3
    }
  }
}

/** Rows of a flat [rows, width] array. */
export function rows(vectors: Float32Array, width: number): number {
  const n = vectors.length / width
  if (!Number.isInteger(n)) throw new Error(`${vectors.length} values are no rows of width ${width}`)
  return n
}
