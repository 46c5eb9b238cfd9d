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

/** Vectors that are multiplied together: as many sums as stay in registers. */
export const SIDE_BY_SIDE = 11

/**
 * Up to eleven vectors side by side, so that an entry is multiplied with all of them in one pass: it is read once, and
 * no sum waits for another.
 */
export class SideBySide {
  /** [SIDE_BY_SIDE] of the entry that was asked about last, by place; 0 where no vector is */
  readonly products = new Float64Array(SIDE_BY_SIDE)
  /** [width, SIDE_BY_SIDE] */
  private readonly columns: Float64Array

  constructor(private readonly width: number) {
    this.columns = new Float64Array(width * SIDE_BY_SIDE)
  }

  clear(): void {
    this.columns.fill(0)
  }

  /** @param vector [width] */
  put(place: number, vector: Float32Array): void {
    for (let d = 0; d < this.width; d++) this.columns[d * SIDE_BY_SIDE + place] = vector[d]
  }

  /** Products with vectors[at .. at + width). */
  read(vectors: Float32Array, at: number): Float64Array {
    const { columns, width, products } = this
    let [s0, s1, s2, s3, s4, s5] = [0, 0, 0, 0, 0, 0]
    let [s6, s7, s8, s9, s10] = [0, 0, 0, 0, 0]
    for (let d = 0, c = 0; d < width; d++, c += SIDE_BY_SIDE) {
      const x = vectors[at + d]
      s0 += x * columns[c]
      s1 += x * columns[c + 1]
      s2 += x * columns[c + 2]
      s3 += x * columns[c + 3]
      s4 += x * columns[c + 4]
      s5 += x * columns[c + 5]
      s6 += x * columns[c + 6]
      s7 += x * columns[c + 7]
      s8 += x * columns[c + 8]
      s9 += x * columns[c + 9]
      s10 += x * columns[c + 10]
    }
    products[0] = s0
    products[1] = s1
    products[2] = s2
    products[3] = s3
    products[4] = s4
    products[5] = s5
    products[6] = s6
    products[7] = s7
    products[8] = s8
    products[9] = s9
    products[10] = s10
    return products
  }
}

/** Rows of a flat [rows, width] array. */
export function rows(vectors: Float32Array, width: number): number {
  const n = vectors.length / width
  if (!Number.isInteger(n)) throw new Error(`${vectors.length} values are no rows of width ${width}`)
  return n
}
