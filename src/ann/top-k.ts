import { hashInt } from '../core/hash.js'
import { notFinite } from './not-finite.js'

const STRIDE = 64

/** Orders two entries as a list does: the higher score first; of equal scores by a hash that the seed decides. */
export function before(a: { entry: number; score: number }, b: { entry: number; score: number }, seed: number): number {
  if (a.score !== b.score) return b.score - a.score
  return hashInt(a.entry, seed) - hashInt(b.entry, seed) || a.entry - b.entry
}

/** The K best entries of a row; equal scores are ordered by a hash of the entry that depends on the seed alone. */
export class TopK {
  /** entries of the last row, best first */
  readonly entries: Int32Array
  readonly scores: Float32Array
  private readonly heapScores: Float32Array
  private readonly heapKeys: Uint32Array
  private readonly heapEntries: Int32Array
  private size = 0
  /** score of the worst entry of a full list */
  private worst = -Infinity

  constructor(
    readonly k: number,
    private readonly seed: number,
  ) {
    this.entries = new Int32Array(k)
    this.scores = new Float32Array(k)
    this.heapScores = new Float32Array(k)
    this.heapKeys = new Uint32Array(k)
    this.heapEntries = new Int32Array(k)
  }

  /**
   * Fills entries and scores from a row, leaving out entries e with skip[e] = 1. Returns how many there are: k, or
   * fewer where the row has fewer.
   * @throws when a score of the row is not finite
   */
  select(row: Float32Array, skip?: Uint8Array): number {
    this.size = 0
    this.worst = -Infinity
    // a first look at every STRIDE-th entry raises the bar early, whatever order the entries are in
    for (let e = 0; e < row.length; e += STRIDE) this.consider(row[e], e, skip)
    for (let block = 0; block < row.length; block += STRIDE) {
      const end = Math.min(row.length, block + STRIDE)
      for (let e = block + 1; e < end; e++) {
        const x = row[e]
        if (x < this.worst && x !== -Infinity) continue
        this.consider(x, e, skip)
      }
    }
    return this.sort(this.size)
  }

  /** The same of chosen entries: scores[i] is that of entries[i]. */
  selectOf(entries: Int32Array, scores: Float32Array, passOver?: ReadonlySet<number>): number {
    this.size = 0
    this.worst = -Infinity
    for (let i = 0; i < entries.length; i++)
      if (scores[i] >= this.worst || scores[i] - scores[i] !== 0)
        if (!passOver?.has(entries[i])) this.consider(scores[i], entries[i], undefined)
    return this.sort(this.size)
  }

  private consider(score: number, entry: number, skip: Uint8Array | undefined): void {
    if (score - score !== 0) notFinite(score, entry)
    if (score < this.worst || this.k === 0 || (skip !== undefined && skip[entry] === 1)) return
    const key = hashInt(entry, this.seed)
    if (this.size < this.k) this.up(this.size++, score, key, entry)
    else if (this.worse(0, score, key, entry)) this.down(this.k, score, key, entry)
    if (this.size === this.k) this.worst = this.heapScores[0]
  }

  /** Is heap slot i worse than the candidate? */
  private worse(i: number, score: number, key: number, entry: number): boolean {
    const s = this.heapScores[i]
    if (s !== score) return s < score
    const h = this.heapKeys[i]
    return h !== key ? h > key : this.heapEntries[i] > entry
  }

  private put(i: number, score: number, key: number, entry: number): void {
    this.heapScores[i] = score
    this.heapKeys[i] = key
    this.heapEntries[i] = entry
  }

  private move(to: number, from: number): void {
    this.put(to, this.heapScores[from], this.heapKeys[from], this.heapEntries[from])
  }

  /** Adds at the end of a heap whose root is its worst. */
  private up(i: number, score: number, key: number, entry: number): void {
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (this.worse(parent, score, key, entry)) break
      this.move(i, parent)
      i = parent
    }
    this.put(i, score, key, entry)
  }

  /** Replaces the root of a heap of `size`. */
  private down(size: number, score: number, key: number, entry: number): void {
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= size) break
      if (
        child + 1 < size &&
        this.worse(child + 1, this.heapScores[child], this.heapKeys[child], this.heapEntries[child])
      )
        child++
      if (!this.worse(child, score, key, entry)) break
      this.move(i, child)
      i = child
    }
    this.put(i, score, key, entry)
  }

  private sort(size: number): number {
    for (let n = size; n > 0; n--) {
      this.entries[n - 1] = this.heapEntries[0]
      this.scores[n - 1] = this.heapScores[0]
      this.down(n - 1, this.heapScores[n - 1], this.heapKeys[n - 1], this.heapEntries[n - 1])
    }
    return size
  }
}
