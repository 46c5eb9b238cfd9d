import { existsSync, rmSync, statSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type Usearch from 'usearch'
import type { Scalar } from '../config/schema.js'
import { publishFile } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { sha256File } from '../core/hash.js'
import { emptyLists, type AnnIndex, type TopLists } from './ann-index.js'
import { rows } from './dot-products.js'

// required, not imported: an import of this package never returns in a worker thread that runs from TypeScript sources
const usearch = createRequire(import.meta.url)('usearch') as typeof Usearch

export interface HnswOptions {
  /** links of an entry on each level (M of the paper) */
  connectivity: number
  /** candidates looked at while adding an entry (efConstruction) */
  expansionAdd: number
  /** candidates looked at while searching (efSearch); at least k is used */
  expansionSearch: number
  /** how numbers of vectors are kept: the smaller, the less memory and the rougher the scores; f32 where absent */
  scalar?: Scalar
}

/** What a manifest must keep of an index file: without it the file is not opened. */
export interface IndexFile {
  sha256: string
  bytes: number
  width: number
  entries: number
  connectivity: number
  expansionAdd: number
  /** f32 where absent: older files */
  scalar?: Scalar
}

/** Entries added, or queries searched, between two turns of the event loop. */
const CHUNK = 512

/**
 * An approximate index: hierarchical navigable small world graphs (Malkov & Yashunin, 2016), by usearch. Entry e is row
 * e of the vectors it was built from. Built by one thread, so that the same vectors give the same file.
 */
export class HnswIndex implements AnnIndex {
  private constructor(
    private readonly native: InstanceType<typeof usearch.Index>,
    readonly width: number,
    readonly size: number,
    readonly options: HnswOptions,
  ) {}

  /**
   * @param vectors [entries, width], finite; cosine where they are unit vectors @param onProgress entries added so far
   * @throws when there is no vector or one is not finite
   */
  static async build(
    vectors: Float32Array,
    width: number,
    options: HnswOptions,
    onProgress: (done: number) => void = () => {},
  ): Promise<HnswIndex> {
    const size = rows(vectors, width)
    if (size === 0) throw new Error('An index needs at least one vector.')
    assertFinite(vectors, 'vector', width)
    const native = create(width, options)
    for (let from = 0; from < size; from += CHUNK) {
      const to = Math.min(size, from + CHUNK)
      const keys = BigUint64Array.from({ length: to - from }, (_, i) => BigInt(from + i))
      native.add(keys, vectors.subarray(from * width, to * width), 1)
      onProgress(to)
      await turn()
    }
    return new HnswIndex(native, width, size, options)
  }

  /** Writes the index so that a reader sees all of it or nothing, and says what a manifest must keep. */
  async save(path: string): Promise<IndexFile> {
    const temporary = `${path}.tmp-${process.pid}`
    try {
      this.saveNative(temporary)
      const sha256 = await sha256File(temporary)
      const bytes = statSync(temporary).size
      publishFile(temporary, path)
      const { connectivity, expansionAdd, scalar = 'f32' } = this.options
      return { sha256, bytes, width: this.width, entries: this.size, connectivity, expansionAdd, scalar }
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  /** usearch says only that it could not write; the disk says why. @throws with code ENOSPC when it is full */
  private saveNative(path: string): void {
    try {
      this.native.save(path)
    } catch (error) {
      const { bavail, bsize } = statfsSync(dirname(path))
      if (bavail * bsize < this.size * this.width * Float32Array.BYTES_PER_ELEMENT)
        throw Object.assign(new Error(`ENOSPC: no space left on device, ${path}`, { cause: error }), { code: 'ENOSPC' })
      throw error
    }
  }

  /**
   * Opens a saved index. Size and checksum are verified before usearch sees the file: a damaged one can crash it.
   * @throws UserError when the file is missing, cut short, changed, or not the one that `expected` describes
   */
  static async load(path: string, expected: IndexFile, expansionSearch: number): Promise<HnswIndex> {
    const refuse = (why: string): UserError =>
      new UserError(`The index ${path} ${why}.`, 'Run `adseq index` to build it again.')
    if (!existsSync(path)) throw refuse('is missing')
    const bytes = statSync(path).size
    if (bytes !== expected.bytes) throw refuse(`is damaged: it has ${bytes} bytes, its manifest says ${expected.bytes}`)
    if ((await sha256File(path)) !== expected.sha256)
      throw refuse('is damaged or not the one of its manifest: the checksum differs')
    const { connectivity, expansionAdd, scalar } = expected
    const options = { connectivity, expansionAdd, expansionSearch, scalar }
    const native = create(expected.width, options)
    try {
      native.load(path)
    } catch (error) {
      throw refuse(`cannot be read (${error instanceof Error ? error.message : String(error)})`)
    }
    // the file's own dimensions silently replace the constructor's
    if (native.dimensions() !== expected.width || native.size() !== expected.entries) {
      throw refuse(
        `holds ${native.size()} vectors of width ${native.dimensions()}, its manifest says ${expected.entries} ` +
          `of ${expected.width}`,
      )
    }
    return new HnswIndex(native, expected.width, expected.entries, options)
  }

  isExact(): boolean {
    return false
  }

  async search(queries: Float32Array, k: number): Promise<TopLists> {
    const Q = rows(queries, this.width)
    assertFinite(queries, 'query', this.width)
    const found = emptyLists(Q, k)
    const asked = Math.min(k, this.size)
    if (asked === 0) return found
    for (let from = 0; from < Q; from += CHUNK) {
      const to = Math.min(Q, from + CHUNK)
      const block = queries.subarray(from * this.width, to * this.width)
      // typed for one query or an array of them; a flat block of several gives batch matches, with counts
      const matches = this.native.search(block, asked, 1) as unknown as {
        keys: BigUint64Array
        distances: Float32Array
        counts?: BigUint64Array
      }
      for (let q = 0; q < to - from; q++) {
        // a row shorter than asked is padded with key 0: only counts tells
        const n = matches.counts ? Number(matches.counts[q]) : matches.keys.length
        found.counts[from + q] = n
        for (let i = 0; i < n; i++) {
          found.entries[(from + q) * k + i] = Number(matches.keys[q * asked + i])
          found.scores[(from + q) * k + i] = 1 - matches.distances[q * asked + i]
        }
      }
      if (to < Q) await turn()
    }
    return found
  }
}

const KINDS = { f32: usearch.ScalarKind.F32, f16: usearch.ScalarKind.F16, i8: usearch.ScalarKind.I8 }

function create(width: number, options: HnswOptions): InstanceType<typeof usearch.Index> {
  return new usearch.Index({
    dimensions: width,
    // inner product: equals cosine on unit vectors, and its distance is 1 - product
    metric: usearch.MetricKind.IP,
    quantization: KINDS[options.scalar ?? 'f32'],
    connectivity: options.connectivity,
    expansion_add: options.expansionAdd,
    expansion_search: options.expansionSearch,
    multi: false,
  })
}

/** usearch takes NaN without a word, and then loses entries. */
function assertFinite(values: Float32Array, what: string, width: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] - values[i] !== 0)
      throw new Error(`A ${what} (row ${Math.floor(i / width)}) holds ${values[i]}: all values must be finite.`)
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
